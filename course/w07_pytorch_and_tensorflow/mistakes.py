"""Wrong and unusual right answers of week 7, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: squareplus | the plain formula, which loses all digits far below zero
# hint: in float32, what is left of x + r at x = -10000? read about the lost digits again
replace("X.clamp(min=0) + b / (2 * (X.abs() + root))", "(X + root) / 2")


# %% mistake: squareplus | the slope by its plain formula, which loses its digits
# hint: how many digits does your slope keep far below zero? the text has another form
replace("A / root", "(1 + X / root) / 2")


# %% mistake: squareplus | the upstream gradient is forgotten
# hint: multiply the output by 10: does your dX change? look at the chain rule again
replace("dA * slope", "slope")


# %% mistake: squareplus | nothing is returned for the constant
# hint: beside ctx, forward has two arguments: how many results does your backward have?
replace("dA * slope, None", "dA * slope")


# %% mistake: squareplus | the factor one half is forgotten
# hint: your values are twice those of the worked example: compare the factors of the formula
replace("X.clamp(min=0) + b / (2 * (X.abs() + root))", "2 * X.clamp(min=0) + b / (X.abs() + root)")


# %% mistake: squareplus | beta is added outside the root
# hint: in the worked example r is 2 at x = 0: which r do you get there?
replace("torch.sqrt(X**2 + b)", "torch.sqrt(X**2) + b")


# %% mistake: squareplus | the slope of the upper half is used everywhere
# hint: your slope is the same at 1.5 and at -1.5: compare with the worked example
replace("A / root", "(1 + X.abs() / root) / 2")


# %% mistake: squareplus | a constant of zero or below is accepted
# hint: for which b does the docstring promise an error? try b = -1
replace(
    """
    if b <= 0:
        raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
    """,
    "",
)


# %% mistake: squareplus | zero is accepted as a constant
# hint: the docstring wants b above zero: what do you do with a b of exactly 0?
replace("b <= 0", "b < 0")


# %% mistake: squareplus | works in double precision and does not go back
# hint: compare the dtype of your result with that of X
replace(
    "root = torch.sqrt(X**2 + b)",
    """
    X = X.double()
    root = torch.sqrt(X**2 + b)
    """,
)


# %% mistake: squareplus | writes into its input
# hint: what does X hold after the call of your forward?
replace(
    "A = X.clamp(min=0) + b / (2 * (X.abs() + root))",
    """
    size = X.abs()
    X.clamp_(min=0)
    A = X + b / (2 * (size + root))
    """,
)


# %% mistake: squareplus | the gradient of ReLU
# hint: your slope jumps at 0: what is the slope there in the worked example?
replace("A / root", "(X > 0).to(X.dtype)")


# %% mistake: squareplus | the plain formula in double precision, and back
# hint: double precision loses its digits a little later: what is x + r at x = -1e9?
replace("X**2 + b", "X.double() ** 2 + b")
replace("X.clamp(min=0) + b / (2 * (X.abs() + root))", "(X + root) / 2")
replace("A / root", "(A / root).to(X.dtype)")
replace("return A", "return A.to(X.dtype)")


# %% mistake: squareplus | small constants are refused
# hint: which constants does the docstring allow? try b = 0.5
replace("b <= 0", "b < 1")


# %% alternative: squareplus | X is kept, and the root is computed once more in the backward pass
replace(
    "ctx.save_for_backward(A / root)",
    """
    ctx.save_for_backward(X)
    ctx.b = b
    """,
)
replace("(slope,)", "(X,)")
replace(
    "return dA * slope, None",
    """
    root = torch.hypot(X, torch.full_like(X, ctx.b**0.5))
    value = torch.where(X > 0, (X + root) / 2, ctx.b / 2 / (root + X.abs()))
    return dA * value / root, None
    """,
)


# %% alternative: squareplus | two cases, chosen with torch.where
replace("b <= 0", "not b > 0")
replace(
    "X.clamp(min=0) + b / (2 * (X.abs() + root))",
    "torch.where(X < 0, b / (root - X) / 2, (X + root) / 2)",
)


# %% mistake: classifier | a plain list hides the layers
# hint: what does parameters() find in your network? read again what makes a class a module
replace(
    "nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))",
    "[nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)]",
)


# %% mistake: classifier | squareplus on the logits, too
# hint: can your logits be below zero? compare your last layer with the formula of Z^[L]
replace("*hidden, last = self.layers", "")
replace("for layer in hidden:", "for layer in self.layers:")
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'squareplus(layer(self.drop(A)), self.config["b"])',
)
replace("last(A)", "A")


# %% mistake: classifier | a softmax at the end
# hint: each row of your logits sums to 1: which part does cross_entropy do itself?
replace("last(A)", "torch.softmax(last(A), dim=1)")


# %% mistake: classifier | dropout before every layer, pixels included
# hint: which A^[l] is the first that you drop from, and which the last? compare the formula
replace("*hidden, last = self.layers", "")
replace("for layer in hidden:", "for layer in self.layers[:-1]:")
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'squareplus(layer(self.drop(A)), self.config["b"])',
)
replace("last(A)", "self.layers[-1](A)")


# %% mistake: classifier | dropout before squareplus
# hint: what does squareplus make of an element that you have set to zero? mind the order
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'squareplus(self.drop(layer(A)), self.config["b"])',
)


# %% mistake: classifier | dropout does not know of evaluation
# hint: call your network twice after model.eval(): do the logits agree?
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'F.dropout(squareplus(layer(A), self.config["b"]), self.config["dropout"])',
)


# %% mistake: classifier | the batch is flattened, too
# hint: how many axes does your flattened batch have? is axis 0 still the images?
replace("X.flatten(1)", "X.flatten()")


# %% mistake: classifier | images are expected to have a channel
# hint: how many axes may X have? try shapes (5, 784) and (5, 28, 28)
replace("X.flatten(1)", "X.flatten(1, 3)")


# %% mistake: classifier | the constant of squareplus is ignored
# hint: does your network change with b? build it with b = 1 and compare
replace('squareplus(layer(A), self.config["b"])', "squareplus(layer(A))")


# %% mistake: classifier | frozen parameters are counted
# hint: freeze one weight by requires_grad_(False): by how much does your count fall?
replace(
    "(P.numel() for P in self.parameters() if P.requires_grad)",
    "(P.numel() for P in self.parameters())",
)


# %% mistake: classifier | tensors are counted in the place of numbers
# hint: your count of the worked example is 4: of what are there four?
replace("P.numel()", "1")


# %% mistake: classifier | only weights are counted
# hint: your count of the worked example is 138 too small: 128 and 10 of what?
replace("P.requires_grad", "P.requires_grad and P.ndim == 2")


# %% mistake: classifier | no biases
# hint: your layers hold one tensor each: which two does the formula of Z^[L] name?
replace("nn.Linear(n_in, n_out)", "nn.Linear(n_in, n_out, bias=False)")


# %% mistake: classifier | no dropout after the last hidden layer
# hint: give your network one hidden layer: does it drop anything? for which l should it?
replace(
    """
    *hidden, last = self.layers
    for layer in hidden:
        A = self.drop(squareplus(layer(A), self.config["b"]))
    return last(A)
    """,
    """
    for number, layer in enumerate(self.layers[:-1]):
        A = squareplus(layer(A), self.config["b"])
        if number < len(self.layers) - 2:
            A = self.drop(A)
    return self.layers[-1](A)
    """,
)


# %% mistake: classifier | one size is accepted
# hint: what does your class do with sizes [6]? read again when the docstring wants an error
replace("len(sizes) < 2", "len(sizes) < 1")


# %% mistake: classifier | config keeps what it was given, a tuple too
# hint: build a network from a tuple of sizes: of which type is config["sizes"]?
replace("list(sizes)", "sizes")


# %% mistake: classifier | a ReLU in the place of squareplus
# hint: what do your hidden units give where z is 0, and what is squareplus of 0?
replace('squareplus(layer(A), self.config["b"])', "torch.relu(layer(A))")


# %% mistake: classifier | all images of a batch drop the same activations
# hint: which activations are zero in the first image, and which in the second?
replace(
    'A = self.drop(squareplus(layer(A), self.config["b"]))',
    """
    A = squareplus(layer(A), self.config["b"])
    A = A * self.drop(torch.ones(A.shape[1]))
    """,
)


# %% alternative: classifier | functional dropout, told of the mode
replace("self.drop = nn.Dropout(p=dropout)", "")
replace(
    'A = self.drop(squareplus(layer(A), self.config["b"]))',
    """
    A = squareplus(layer(A), self.config["b"])
    A = F.dropout(A, self.config["dropout"], training=self.training)
    """,
)


# %% alternative: classifier | layers used as matrices, and parameters counted by NumPy
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten(1)
        for number, layer in enumerate(self.layers, start=1):
            A = A @ layer.weight.T + layer.bias
            if number < len(self.layers):
                A = self.drop(squareplus(A, self.config["b"]))
        return A

    def parameter_count(self):
        return np.sum([np.prod(P.shape) for P in self.parameters() if P.requires_grad])


# %% alternative: classifier | layers by their numbers, and reshape
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        if len(sizes) < 2:
            raise ValueError("at least two sizes")
        super().__init__()
        self.config = dict(sizes=[*sizes], dropout=dropout, b=b)
        self.layers = nn.ModuleList()
        for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
            self.layers.append(nn.Linear(n_in, n_out))
        self.drops = nn.ModuleList(nn.Dropout(dropout) for _ in sizes[2:])

    def forward(self, X):
        A = X.reshape(len(X), -1)
        for number, layer in enumerate(self.layers):
            if number > 0:
                A = self.drops[number - 1](Squareplus.apply(A, self.config["b"]))
            A = layer(A)
        return A

    def parameter_count(self):
        count = 0
        for P in self.parameters():
            if P.requires_grad:
                count += P.nelement()
        return count


# %% mistake: loader | no axis for the channel
# hint: compare the shape of your image with the docstring: which axis comes first?
replace("self.X[i].unsqueeze(0)", "self.X[i]")
replace("_, height, width", "height, width")
replace(":, top : top + height, left : left + width", "top : top + height, left : left + width")
replace("picture.flip(2)", "picture.flip(1)")


# %% mistake: loader | torch.roll lets the picture come in again on the other side
# hint: shift the worked example down by one: what comes in at the top of your picture?
replace(
    "F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]",
    "torch.roll(picture, (top - k, left - k), dims=(1, 2))",
)


# %% mistake: loader | the mirror turns images upside down
# hint: in a picture of shape (1, height, width), which axis runs from left to right?
replace("picture.flip(2)", "picture.flip(1)")


# %% mistake: loader | every image is mirrored
# hint: draw one picture many times: how many of yours are not mirrored?
replace(
    """
    if torch.rand((), generator=self.generator) < 0.5:
        picture = picture.flip(2)
    """,
    "picture = picture.flip(2)",
)


# %% mistake: loader | no image is mirrored
# hint: draw one picture many times: how many of yours are mirrored?
replace(
    """
    if torch.rand((), generator=self.generator) < 0.5:
        picture = picture.flip(2)
    """,
    "",
)


# %% mistake: loader | the same shift in both directions
# hint: for k = 1 there are 9 shifts: how many do you get, and what do they have in common?
replace(
    "top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()",
    "top = left = torch.randint(2 * k + 1, (), generator=self.generator).item()",
)


# %% mistake: loader | the largest shift up and to the left never happens
# hint: for k = 1 a picture moves by -1, 0 or 1: which of them never comes up in yours?
replace("2 * k + 1", "2 * k")


# %% mistake: loader | shifts only in one direction
# hint: do your pictures ever move up or to the left? the shifts run from -k to k
replace("2 * k", "k")


# %% mistake: loader | augmentation also when it is not asked for
# hint: make a data set with augment=False: do its images stay as they are?
replace("self.augment", "True")


# %% mistake: loader | augmented once, at the first access
# hint: ask for dataset[0] several times: is every picture drawn anew?
class ClothingImages(Dataset):
    def __init__(self, X, y, augment=False, max_shift=2, generator=None):
        self.X = torch.as_tensor(X, dtype=torch.float32)
        self.y = torch.as_tensor(y, dtype=torch.int64)
        self.augment = augment
        self.max_shift = max_shift
        self.generator = generator
        self.kept = {}

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        if int(i) in self.kept:
            return self.kept[int(i)], self.y[i]
        picture = self.X[i].unsqueeze(0)
        if self.augment:
            k = self.max_shift
            _, height, width = picture.shape
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        self.kept[int(i)] = picture
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | random numbers of the augmentation come from the global generator
# hint: the same generator gives you other pictures: where do your random numbers come from?
replace(
    "torch.randint(2 * k + 1, (2,), generator=self.generator)", "torch.randint(2 * k + 1, (2,))"
)
replace("torch.rand((), generator=self.generator)", "torch.rand(())")


# %% mistake: loader | the loader does not hand its generator to the data set
# hint: two loaders with the same seed: do their pictures agree? which generator draws them?
replace(
    "ClothingImages(X, y, augment=augment, generator=source)",
    "ClothingImages(X, y, augment=augment)",
)


# %% mistake: loader | the order comes from the global generator
# hint: two loaders with the same seed: do their orders agree? which generator draws them?
replace(
    "DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)",
    "DataLoader(pictures, batch_size=batch_size, shuffle=shuffle)",
)


# %% mistake: loader | augmentation begins anew with the same seed for every image
# hint: does image i look different in the next epoch? when does your generator start anew?
replace(
    "k = self.max_shift",
    """
    k = self.max_shift
    self.generator.manual_seed(int(i))
    """,
)


# %% mistake: loader | the last batch is left out
# hint: 10 images in batches of 4: how many images are in an epoch of your loader?
replace(
    "DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)",
    """
    DataLoader(
        pictures, batch_size=batch_size, shuffle=shuffle, drop_last=True, generator=source
    )
    """,
)


# %% mistake: loader | always shuffled
# hint: in which order do your labels come with shuffle=False?
replace("shuffle=shuffle", "shuffle=True")


# %% mistake: loader | the loader forgets to augment
# hint: make_loader is called with augment=True: does its data set learn of it?
replace(
    "ClothingImages(X, y, augment=augment, generator=source)",
    "ClothingImages(X, y, generator=source)",
)


# %% mistake: loader | the seed is ignored
# hint: make two loaders with different seeds: do their orders differ?
replace("torch.Generator().manual_seed(seed)", "torch.Generator().manual_seed(0)")


# %% mistake: loader | the border repeats the outermost pixels
# hint: what comes in at the border of your shifted picture? read which value the text wants
replace("F.pad(picture, (k, k, k, k))", 'F.pad(picture, (k, k, k, k), mode="replicate")')


# %% mistake: loader | the shifted and mirrored image is written into the data set
# hint: what does the data set hold after you have asked for an image?
replace(
    """
    if torch.rand((), generator=self.generator) < 0.5:
        picture = picture.flip(2)
    """,
    """
    if torch.rand((), generator=self.generator) < 0.5:
        picture = picture.flip(2)
    self.X[i] = picture[0]
    """,
)


# %% mistake: loader | the seed sets the global generator
# hint: whose generator does your seed set? think of a program that draws in between
replace(
    """
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)
    """,
    """
    torch.manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle)
    """,
)


# %% mistake: loader | a normal number is taken for a uniform one: 69 % are mirrored
# hint: from which distribution do you draw, and how often is its number below 0.5?
replace("torch.rand((), generator=self.generator)", "torch.randn((), generator=self.generator)")


# %% mistake: loader | three quarters of the images are mirrored
# hint: count the mirrored pictures among many: which fraction do you get?
replace(
    "torch.rand((), generator=self.generator) < 0.5",
    "torch.rand((), generator=self.generator) < 0.75",
)


# %% mistake: loader | shifts are rounded, so the largest ones are rarer
# hint: for k = 1, count how often each shift comes up: is -1 as frequent as 0?
replace(
    "torch.randint(2 * k + 1, (2,), generator=self.generator)",
    "(2 * k * torch.rand(2, generator=self.generator)).round().int()",
)


# %% alternative: loader | rows and columns are looked up, and what lies outside is made black
class ClothingImages(Dataset):
    def __init__(self, X, y, augment=False, max_shift=2, generator=None):
        self.X = torch.as_tensor(X, dtype=torch.float32)
        self.y = torch.as_tensor(y, dtype=torch.int64)
        self.augment = augment
        self.max_shift = max_shift
        self.generator = generator

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        image, label = self.X[i], self.y[i]
        if not self.augment:
            return image[None], label
        height, width = image.shape
        down, right = torch.randint(
            -self.max_shift, self.max_shift + 1, (2,), generator=self.generator
        )
        rows, columns = torch.arange(height) - down, torch.arange(width) - right
        if torch.randint(2, (1,), generator=self.generator).item():
            columns = columns.flip(0)
        inside = ((rows >= 0) & (rows < height))[:, None] & (columns >= 0) & (columns < width)
        moved = image[rows.clamp(0, height - 1)][:, columns.clamp(0, width - 1)]
        return (moved * inside)[None], label


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% alternative: loader | a sampler of its own, and a loader without a generator
replace(
    "return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)",
    """
    order = torch.utils.data.SequentialSampler(pictures)
    if shuffle:
        order = torch.utils.data.RandomSampler(pictures, generator=source)
    return DataLoader(pictures, batch_size=batch_size, sampler=order)
    """,
)


# %% alternative: loader | two generators, and the mirror before the shift
class ClothingImages(Dataset):
    def __init__(self, X, y, augment=False, max_shift=2, generator=None):
        self.X = torch.as_tensor(X, dtype=torch.float32)
        self.y = torch.as_tensor(y, dtype=torch.int64)
        self.augment = augment
        self.max_shift = max_shift
        self.generator = generator

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        picture = self.X[i].unsqueeze(0)
        if self.augment:
            k = self.max_shift
            _, height, width = picture.shape
            if torch.randint(2, (), generator=self.generator) == 1:
                picture = torch.flip(picture, dims=[-1])
            top = int(torch.randint(2 * k + 1, (), generator=self.generator))
            left = int(torch.randint(2 * k + 1, (), generator=self.generator))
            framed = torch.zeros(1, height + 2 * k, width + 2 * k)
            framed[:, k : k + height, k : k + width] = picture
            picture = framed[:, top : top + height, left : left + width]
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    other = torch.Generator().manual_seed(seed + 1)
    pictures = ClothingImages(X, y, augment=augment, generator=other)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% equivalent: loader | a mirror image is as probable either way
if torch.rand((), generator=self.generator) <= 0.5:
    ...


# %% equivalent: loader | a mirror image is as probable either way
if torch.rand((), generator=self.generator) >= 0.5:
    ...


# %% mistake: fit | evaluation in training mode
# hint: evaluate a network with dropout twice: do you get the same loss?
replace("model.eval()", "")


# %% mistake: fit | the mode is not restored
# hint: the network was in training mode before your evaluate: in which is it afterwards?
replace("model.train(previous_mode)", "")


# %% mistake: fit | always back to training mode
# hint: the network was in evaluation mode before your evaluate: in which is it afterwards?
replace("model.train(previous_mode)", "model.train()")


# %% mistake: fit | evaluation records a graph
# hint: what does torch.is_grad_enabled() say while you evaluate? nothing is trained there
replace("torch.set_grad_enabled(False)", "torch.set_grad_enabled(True)")


# %% mistake: fit | mean of the batch losses
# hint: take the worked example: is your mean loss 2, or 3?
replace('reduction="sum"', 'reduction="mean"')
replace("total / m, hits / m", "total / len(loader), hits / m")


# %% mistake: fit | mean of the batch accuracies
# hint: does every image count the same in your accuracy? by what do you divide?
replace(
    "(Z.argmax(dim=1) == labels).sum().item()", "(Z.argmax(dim=1) == labels).float().mean().item()"
)
replace("hits / m", "hits / len(loader)")


# %% mistake: fit | accuracy as a number of images
# hint: can your accuracy be larger than 1? read again what the docstring calls it
replace("hits / m", "float(hits)")


# %% mistake: fit | the loss is a tensor
# hint: of which type is the loss that your evaluate returns? compare with the docstring
replace(
    'F.cross_entropy(Z, labels, reduction="sum").item()',
    'F.cross_entropy(Z, labels, reduction="sum")',
)


# %% mistake: fit | the two results are swapped
# hint: in which order does the docstring of evaluate name its two results?
replace("total / m, hits / m", "hits / m, total / m")


# %% mistake: fit | gradients are never cleared
# hint: backward() adds to .grad: what does it hold at your second batch?
replace("opt.zero_grad()", "")


# %% mistake: fit | gradients are cleared once an epoch
# hint: in an epoch of two batches, how often do you clear the gradients? how often do you step?
replace("opt.zero_grad()", "")
replace(
    "model.train()",
    """
    model.train()
    opt.zero_grad()
    """,
)


# %% mistake: fit | gradients are cleared between backward and step
# hint: what does .grad hold at the moment when your optimiser steps?
replace("opt.zero_grad()", "")
replace(
    "opt.step()",
    """
    opt.zero_grad()
    opt.step()
    """,
)


# %% mistake: fit | training mode is never set
# hint: the network comes to your fit in evaluation mode: in which mode does it train?
replace("model.train()", "")


# %% mistake: fit | the mean of the batch losses as training loss
# hint: batches of 3 and of 1 image: how much does each image count in your training loss?
replace("len(labels) * cost.item()", "cost.item()")
replace('history["loss"].append(total / m)', 'history["loss"].append(total / len(training_loader))')


# %% mistake: fit | the loss of the last batch as training loss
# hint: how many of the epoch's batches are in your training loss?
replace(
    """
    total += len(labels) * cost.item()
    m += len(labels)
    """,
    """
    total = len(labels) * cost.item()
    m = len(labels)
    """,
)


# %% mistake: fit | the network is validated on the training set
# hint: on which images do you measure the validation loss?
replace("evaluate(model, validation_loader)", "evaluate(model, training_loader)")


# %% mistake: fit | the network is validated before the epoch
# hint: do you measure on the validation set before the steps of an epoch, or after them?
replace("validation_loss, validation_accuracy = evaluate(model, validation_loader)", "")
replace(
    "model.train()",
    """
    validation_loss, validation_accuracy = evaluate(model, validation_loader)
    model.train()
    """,
)


# %% mistake: fit | tensors in the history keep every graph alive
# hint: of which type are the losses in your history, and what does each keep alive?
replace("cost.item()", "cost")


# %% mistake: fit | a step once an epoch
# hint: how many steps does your optimiser make in an epoch of B batches?
replace("opt.step()", "")
replace(
    "validation_loss, validation_accuracy = evaluate(model, validation_loader)",
    """
    opt.step()
    validation_loss, validation_accuracy = evaluate(model, validation_loader)
    """,
)


# %% mistake: fit | one epoch only
# hint: ask for 3 epochs: how many numbers are in each list of your history?
replace("range(epochs)", "range(min(epochs, 1))")


# %% mistake: fit | the sum of the losses is minimised, not the mean
# hint: do your steps grow with the size of the batch? look again at what J is
replace(
    "F.cross_entropy(model(images), target=labels)",
    'F.cross_entropy(model(images), labels, reduction="sum")',
)
replace("len(labels) * cost.item()", "cost.item()")


# %% mistake: fit | gradients are switched on at the end, whatever they were before
# hint: call your evaluate inside torch.no_grad(): is recording still off afterwards?
replace(
    """
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    """,
    """
    torch.set_grad_enabled(False)
    for images, labels in loader:
        Z = model(images)
        total += F.cross_entropy(Z, labels, reduction="sum").item()
        hits += (Z.argmax(dim=1) == labels).sum().item()
        m += len(labels)
    torch.set_grad_enabled(True)
    """,
)


# %% mistake: fit | the validation batches are gone through twice
# hint: a loader may be a generator: what is left of it when you count the images?
replace(
    """
    hits += (Z.argmax(dim=1) == labels).sum().item()
    m += len(labels)
    """,
    "hits += (Z.argmax(dim=1) == labels).sum().item()",
)
replace(
    "model.train(previous_mode)",
    """
    m = sum(len(labels) for _, labels in loader)
    model.train(previous_mode)
    """,
)


# %% mistake: fit | the examples are counted in a pass of their own
# hint: how often do you go through the training loader in an epoch?
replace(
    """
    total += len(labels) * cost.item()
    m += len(labels)
    """,
    "total += len(labels) * cost.item()",
)
replace(
    "validation_loss, validation_accuracy = evaluate(model, validation_loader)",
    """
    m = sum(len(labels) for _, labels in training_loader)
    validation_loss, validation_accuracy = evaluate(model, validation_loader)
    """,
)


# %% alternative: fit | inference mode, and one list for all losses
def evaluate(model, loader):
    mode = model.training
    model.train(False)
    try:
        with torch.inference_mode():
            results = [(model(X), y) for X, y in loader]
    finally:
        model.train(mode)
    logits, labels = (torch.cat(parts) for parts in zip(*results, strict=True))
    accuracy = (logits.argmax(dim=-1) == labels).float().mean()
    return F.cross_entropy(logits, labels).item(), accuracy.item()


def fit(model, training_loader, validation_loader, opt, epochs):
    rows = []
    for _ in range(epochs):
        model.train()
        losses, counts = [], []
        for X, y in training_loader:
            loss = nn.CrossEntropyLoss()(model(X), y)
            model.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.item())
            counts.append(len(y))
        rows.append(
            (float(np.average(losses, weights=counts)), *evaluate(model, validation_loader))
        )
    names = ["loss", "validation_loss", "validation_accuracy"]
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


# %% alternative: fit | weighted means by NumPy, which are float64
replace("total, m = 0.0, 0", "losses, sizes = [], []")
replace(
    """
    total += len(labels) * cost.item()
    m += len(labels)
    """,
    """
    losses.append(cost.item())
    sizes.append(len(labels))
    """,
)
replace(
    'history["loss"].append(total / m)', 'history["loss"].append(np.average(losses, weights=sizes))'
)


# %% alternative: fit | gradients are cleared after the step, and once before
replace("opt.zero_grad()", "")
replace(
    "total, m = 0.0, 0",
    """
    total, m = 0.0, 0
    opt.zero_grad()
    """,
)
replace(
    "opt.step()",
    """
    opt.step()
    opt.zero_grad(set_to_none=False)
    """,
)


# %% mistake: layer | the kernel is transposed, as in PyTorch
# hint: 3 inputs and 2 units: compare the shape of your kernel with the text
replace("(n_in, n_out)", "(n_out, n_in)")
replace("ops.matmul(inputs, self.kernel)", "ops.matmul(inputs, ops.transpose(self.kernel))")


# %% mistake: layer | the second axis is taken for the features
# hint: for inputs (m, 5, 3), which number is n_in? and which does your build take?
replace("input_shape[-1]", "input_shape[1]")


# %% mistake: layer | no bias is added
# hint: change the bias of your layer: do its activations change?
replace("self.bias + ops.matmul(inputs, self.kernel)", "ops.matmul(inputs, self.kernel)")


# %% mistake: layer | the bias begins with random numbers
# hint: with which values does your bias begin? compare with the text
replace(
    'self.add_weight((n_out,), "zeros", name="bias")',
    'self.add_weight((n_out,), "random_normal", name="bias")',
)


# %% mistake: layer | the kernel begins with zeros
# hint: how do the units of your layer differ at the start? look at your kernel
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    'self.add_weight((n_in, n_out), "zeros", name="kernel")',
)


# %% mistake: layer | the kernel begins with another distribution
# hint: which initialisation does the text name for the kernel? compare its range with yours
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    'self.add_weight((n_in, n_out), "he_normal", name="kernel")',
)


# %% mistake: layer | no activation
# hint: in the worked example your layer returns (1.5, -1.5): which symbol is that?
replace("(Z + ops.sqrt(ops.square(Z) + self.b)) / 2", "Z")


# %% mistake: layer | a ReLU in the place of squareplus
# hint: the activation for Z = -1.5 is 0 in your layer: what is it in the worked example?
replace("(Z + ops.sqrt(ops.square(Z) + self.b)) / 2", "ops.relu(Z)")


# %% mistake: layer | the constant is always 4
# hint: where Z is 0, does your activation change with b? try b = 9
replace("ops.square(Z) + self.b", "ops.square(Z) + 4.0")


# %% mistake: layer | the configuration forgets the units
# hint: try from_config with your configuration: which argument is missing?
replace(
    '{**super().get_config(), "units": self.units, "b": self.b}',
    '{**super().get_config(), "b": self.b}',
)


# %% mistake: layer | the configuration forgets b
# hint: build a layer with b = 1 again from your configuration: which b does it have?
replace(
    '{**super().get_config(), "units": self.units, "b": self.b}',
    '{**super().get_config(), "units": self.units}',
)


# %% mistake: layer | the configuration forgets what every layer has
# hint: is the layer's name in your configuration? think of all that **kwargs may hold
replace(
    '{**super().get_config(), "units": self.units, "b": self.b}',
    '{"units": self.units, "b": self.b}',
)


# %% mistake: layer | the bias is not trained
# hint: print the trainable_weights of your layer: are all of W and b there?
replace(
    'self.add_weight((n_out,), "zeros", name="bias")',
    'self.add_weight((n_out,), "zeros", trainable=False, name="bias")',
)


# %% mistake: layer | weights are made in the call, which Keras refuses
# hint: what does the error say of a layer that is built? read again how often build runs
replace(
    "Z = self.bias + ops.matmul(inputs, self.kernel)",
    """
    self.build(inputs.shape)
    Z = self.bias + ops.matmul(inputs, self.kernel)
    """,
)


# %% mistake: layer | a plain tensor that no optimiser finds
# hint: does layer.weights list your kernel? a tensor alone is unknown to the layer
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    "tf.random.normal((n_in, n_out)) / 10",
)


# %% mistake: layer | weights without names
# hint: print the names of your layer's weights: how should they be called?
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    'self.add_weight((n_in, n_out), "glorot_uniform")',
)
replace('self.add_weight((n_out,), "zeros", name="bias")', 'self.add_weight((n_out,), "zeros")')


# %% alternative: layer | the operators of the tensors, and a configuration that is filled
replace("self.bias + ops.matmul(inputs, self.kernel)", "inputs @ self.kernel + self.bias")
replace("(Z + ops.sqrt(ops.square(Z) + self.b)) / 2", "0.5 * (Z + (Z * Z + self.b) ** 0.5)")
replace(
    'return {**super().get_config(), "units": self.units, "b": self.b}',
    """
    config = super().get_config()
    config.update(units=self.units, b=self.b)
    return config
    """,
)


# %% alternative: layer | initialisers as objects, and a sum over products
replace(
    'self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    """
    self.kernel = self.add_weight(
        (n_in, n_out), keras.initializers.GlorotUniform(seed=1), name="kernel"
    )
    super().build(input_shape)
    """,
)
replace("ops.matmul(inputs, self.kernel)", 'ops.einsum("...i,ij->...j", inputs, self.kernel)')


# %% mistake: train_step | the sum over the batch
# hint: give every image of the batch twice: does your loss stay the same? look at J
replace("tf.reduce_mean", "tf.reduce_sum")


# %% mistake: train_step | one loss for each image
# hint: how many numbers are in your loss? the docstring names its shape
replace(
    "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z)",
)


# %% mistake: train_step | the model runs in inference mode
# hint: in which mode does the model run in your step? think of dropout
replace("training=True", "training=False")


# %% mistake: train_step | nothing is clipped
# hint: which gradients does your optimiser get: those before the clipping, or those after?
replace(
    "optimiser.apply(clipped, model.trainable_variables)",
    "optimiser.apply(gradients, model.trainable_variables)",
)


# %% mistake: train_step | each gradient is clipped by itself
# hint: is every gradient multiplied by the same factor in your step? whose norm is it?
replace(
    "clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)",
    """
    clipped = [tf.clip_by_norm(g, clip_norm) for g in gradients]
    norm = tf.linalg.global_norm(gradients)
    """,
)


# %% mistake: train_step | elements are clipped in the place of the norm
# hint: does your clipped gradient still point in the same direction? look at the formula
replace(
    "clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)",
    """
    clipped = [tf.clip_by_value(g, -clip_norm, clip_norm) for g in gradients]
    norm = tf.linalg.global_norm(gradients)
    """,
)


# %% mistake: train_step | always scaled to the largest norm
# hint: what do you make of gradients whose norm is below c? look at the min of the formula
replace(
    "clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)",
    """
    norm = tf.linalg.global_norm(gradients)
    clipped = [g * clip_norm / norm for g in gradients]
    """,
)


# %% mistake: train_step | the norm after clipping
# hint: can the norm that you return be larger than c? read again which norm is asked for
replace("loss, norm", "loss, tf.linalg.global_norm(clipped)")


# %% mistake: train_step | the square of the norm
# hint: your norm in the worked example is 13: compare it with the formula
replace("loss, norm", "loss, norm**2")


# %% mistake: train_step | a softmax more: probabilities are taken for logits
# hint: does the loss function expect logits or probabilities, and what do you hand to it?
replace("model(X, training=True)", "tf.nn.softmax(model(X, training=True))")


# %% mistake: train_step | Python numbers are returned in the place of tensors
# hint: of which type are your two results? think of a graph, where no tensor has a value
replace("loss, norm", "float(loss), float(norm)")


# %% mistake: train_step | NumPy numbers are returned, which a graph cannot give
# hint: what is known of a tensor while the graph is written? read about tf.function again
replace("loss, norm", "loss.numpy(), norm.numpy()")


# %% mistake: train_step | the loss after the step
# hint: with which weights is your loss computed: those before the step, or those after?
replace(
    "return loss, norm",
    """
    Z = model(X, training=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    return loss, norm
    """,
)


# %% mistake: train_step | the loss is computed outside the tape
# hint: which operations does your tape see? follow the path from the variables to the loss
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | nothing is applied
# hint: compare the weights of the model before your step and after it
replace("optimiser.apply(clipped, model.trainable_variables)", "")


# %% mistake: train_step | steps of the optimiser are made by hand
# hint: take an optimiser with momentum: does your step make use of what it remembers?
replace(
    "optimiser.apply(clipped, model.trainable_variables)",
    """
    for variable, gradient in zip(model.trainable_variables, clipped, strict=True):
        variable.assign_sub(optimiser.learning_rate * gradient)
    """,
)


# %% mistake: train_step | all variables, frozen ones included
# hint: freeze a layer: does it still count in your norm? read again what the theta_k are
replace("gradient(loss, model.trainable_variables)", "gradient(loss, model.variables)")
replace("apply(clipped, model.trainable_variables)", "apply(clipped, model.variables)")


# %% alternative: train_step | the loss of Keras, clipping by hand, and apply_gradients
def train_step(model, optimiser, X, y, clip_norm):
    cost_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    variables = model.trainable_variables
    with tf.GradientTape() as tape:
        loss = cost_of(y, model(X, training=True))
    gradients = tape.gradient(loss, variables)
    norm = tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))
    factor = tf.minimum(1.0, clip_norm / norm)
    optimiser.apply_gradients([(factor * g, v) for g, v in zip(gradients, variables, strict=True)])
    return loss, norm


# %% alternative: train_step | the cross-entropy from one-hot labels
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        targets = tf.one_hot(y, Z.shape[-1])
        loss = -tf.reduce_sum(targets * tf.nn.log_softmax(Z)) / tf.cast(tf.shape(Z)[0], Z.dtype)
    gradients = step_tape.gradient(loss, model.trainable_variables)
    norm = tf.linalg.global_norm(gradients)
    clipped, _ = tf.clip_by_global_norm(gradients, clip_norm, use_norm=norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: transfer | no transpose
# hint: 2 inputs, 3 units: what is the shape of the kernel in Keras? of the weight in PyTorch?
replace("kernel.T.shape", "kernel.shape")
replace("torch.from_numpy(kernel.T)", "torch.from_numpy(kernel)")


# %% mistake: transfer | reshaped in the place of transposed
# hint: follow the worked example: in which row and column of your weight is the 4?
replace("torch.from_numpy(kernel.T)", "torch.from_numpy(kernel.reshape(kernel.T.shape))")


# %% mistake: transfer | transposed unless the shapes fit already
# hint: what do you do with a square kernel, whose shape fits either way?
replace(
    "torch.from_numpy(kernel.T)",
    "torch.from_numpy(kernel if kernel.shape == linear.weight.shape else kernel.T)",
)


# %% mistake: transfer | biases are forgotten
# hint: change the biases of the Keras model: do they arrive in the classifier?
replace("linear.bias.copy_(torch.from_numpy(bias))", "")


# %% mistake: transfer | shapes are not compared, and copy_ broadcasts
# hint: a Keras layer of 1 unit and a linear layer of 3: do you refuse? what does copy_ do?
replace("needed = [kernel.T.shape for kernel, _ in sources]", "")
replace("present = [tuple(linear.weight.shape) for linear in classifier.layers]", "")
replace("needed != present", "len(sources) != len(classifier.layers)")
replace('ValueError(f"The kernels need {needed}, the classifier has {present}.")', "ValueError")


# %% mistake: transfer | shapes are compared too late, layer by layer
# hint: only the last layer does not fit: which layers have you overwritten by then?
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    if len(sources) != len(classifier.layers):
        raise ValueError
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            if kernel.T.shape != linear.weight.shape:
                raise ValueError
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | layers that are missing are not noticed
# hint: one network has a layer more than the other: does your comparison see it?
replace("needed != present", "any(a != b for a, b in zip(needed, present, strict=False))")
replace("strict=True", "strict=False")


# %% mistake: transfer | new parameters, which no optimiser knows
# hint: an optimiser was made before your transfer: does it still hold the same parameters?
replace(
    "linear.weight.copy_(torch.from_numpy(kernel.T))",
    "linear.weight = nn.Parameter(torch.from_numpy(kernel.T.copy()))",
)


# %% mistake: transfer | the parameters can no longer be trained
# hint: what does requires_grad say of the parameters after your transfer?
replace(
    "linear.bias.copy_(torch.from_numpy(bias))",
    """
    linear.bias.copy_(torch.from_numpy(bias))
    linear.requires_grad_(False)
    """,
)


# %% mistake: transfer | autograd does not allow it
# hint: read the error again: when does autograd let you write into a parameter?
replace("with torch.set_grad_enabled(False):", "if True:")


# %% mistake: transfer | only the first layer
# hint: which layers of the classifier have new values after your transfer?
replace("zip(sources, classifier.layers, strict=True)", "[(sources[0], classifier.layers[0])]")


# %% mistake: transfer | layers without weights are not skipped
# hint: what does get_weights() return for a Dropout layer?
replace(
    "[layer.get_weights() for layer in keras_model.layers if layer.weights]",
    "[layer.get_weights() for layer in keras_model.layers]",
)


# %% mistake: transfer | written into copies of the Keras weights
# hint: which network do your values come from, and which one do you write into?
replace("linear.weight.copy_(torch.from_numpy(kernel.T))", "kernel[:] = linear.weight.numpy().T")
replace("linear.bias.copy_(torch.from_numpy(bias))", "bias[:] = linear.bias.numpy()")


# %% mistake: transfer | only layers of the class Dense
# hint: what decides whether a layer counts: its class, or its weights?
replace(
    "sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]",
    """
    dense = [layer for layer in keras_model.layers if isinstance(layer, keras.layers.Dense)]
    sources = [layer.get_weights() for layer in dense]
    """,
)


# %% mistake: transfer | layers that fit are refused if their kernels are square
# hint: which networks do you refuse although they fit? try a layer with n_in = n_out
replace("needed != present", "needed != present or any(n_in == n_out for n_in, n_out in needed)")


# %% alternative: transfer | through a state dictionary
def transfer(keras_model, classifier):
    arrays = keras_model.get_weights()
    owners = [linear for linear in classifier.layers for _ in range(2)]
    parameters = [P for linear in classifier.layers for P in (linear.weight, linear.bias)]
    values = [torch.tensor(array.T) for array in arrays]
    if len(values) != len(owners) or any(
        value.shape != P.shape for value, P in zip(values, parameters, strict=True)
    ):
        raise ValueError("the two networks have different forms")
    for linear, weight, bias in zip(classifier.layers, values[::2], values[1::2], strict=True):
        linear.load_state_dict({"weight": weight, "bias": bias})


# %% alternative: transfer | a state dictionary of the whole network
def transfer(keras_model, classifier):
    own = classifier.state_dict()
    arrays = [torch.tensor(array.T) for array in keras_model.get_weights()]
    if [array.shape for array in arrays] != [array.shape for array in own.values()]:
        raise ValueError("the two networks have different forms")
    classifier.load_state_dict(dict(zip(own, arrays, strict=True)))


# %% alternative: transfer | parameter by parameter, in the order of the network
def transfer(keras_model, classifier):
    arrays, own = keras_model.get_weights(), list(classifier.parameters())
    if [array.T.shape for array in arrays] != [tuple(P.shape) for P in own]:
        raise ValueError("the two networks have different forms")
    for array, P in zip(arrays, own, strict=True):
        P.data.copy_(torch.from_numpy(array.T))


# %% alternative: transfer | kernel and bias by name, into .data
def transfer(keras_model, classifier):
    dense = [layer for layer in keras_model.layers if hasattr(layer, "kernel")]
    if len(dense) != len(classifier.layers):
        raise ValueError("different numbers of layers")
    for layer, linear in zip(dense, classifier.layers, strict=True):
        if tuple(layer.kernel.shape) != (linear.in_features, linear.out_features):
            raise ValueError("a layer has another shape")
    for layer, linear in zip(dense, classifier.layers, strict=True):
        linear.weight.data[:] = torch.from_numpy(layer.kernel.numpy()).t()
        linear.bias.data[:] = torch.from_numpy(layer.bias.numpy())


# %% equivalent: transfer | the shapes have been compared: there are as many layers here as there
for (kernel, bias), linear in zip(sources, classifier.layers, strict=False):
    ...


# %% mistake: save_and_load | the whole object is pickled
# hint: what does your file hold: plain data, or an object of a class of yours?
replace('{"config": model.config, "state": model.state_dict()}', "model")
replace("weights_only=True", "weights_only=False")
replace('Classifier(**stored["config"])', "stored")
replace('model.load_state_dict(stored["state"])', "")


# %% mistake: save_and_load | files may run code
# hint: could a .pt file execute something in your load? read again how it is to be read
replace("weights_only=True", "weights_only=False")


# %% mistake: save_and_load | the loaded network still trains
# hint: in which mode is the Classifier that your load returns?
replace("model.eval()", "model")


# %% mistake: save_and_load | the state is not loaded
# hint: where do the weights of your loaded Classifier come from? compare the logits
replace('model.load_state_dict(stored["state"])', "")


# %% mistake: save_and_load | saving switches to evaluation mode
# hint: a network in training mode is saved: in which mode is it afterwards?
replace(
    'torch.save({"config": model.config, "state": model.state_dict()}, path)',
    """
    model.eval()
    torch.save({"config": model.config, "state": model.state_dict()}, path)
    """,
)


# %% mistake: save_and_load | only the sizes are kept, not dropout and b
# hint: save a network with dropout = 0.5 and b = 1: which settings are loaded?
replace("model.config", '{"sizes": model.config["sizes"]}')


# %% mistake: save_and_load | any module may be saved
# hint: what does your save do with an nn.Linear and the ending .pt? look at the table
replace("isinstance(model, Classifier)", "isinstance(model, nn.Module)")
replace("model.config", 'getattr(model, "config", {})')


# %% mistake: save_and_load | the ending is not looked at
# hint: what does your save do with a Classifier and the ending .keras?
replace('isinstance(model, Classifier) and suffix == ".pt"', "isinstance(model, Classifier)")
replace('isinstance(model, keras.Model) and suffix == ".keras"', "isinstance(model, keras.Model)")


# %% mistake: save_and_load | every unknown ending is read as PyTorch
# hint: what does your load do with a file that ends in .ckpt?
replace('if suffix == ".pt":', "if suffix:")


# %% mistake: save_and_load | a text has no suffix
# hint: the path may be a text or a Path: does your save take both?
replace(
    """
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
    """,
    """
    suffix = path.suffix
    if isinstance(model, Classifier) and suffix == ".pt":
    """,
)


# %% mistake: save_and_load | an error for every Keras model
# hint: print the suffix of shop.keras: compare it with yours, character by character
replace(
    'isinstance(model, keras.Model) and suffix == ".keras"',
    'isinstance(model, keras.Model) and suffix == "keras"',
)


# %% mistake: save_and_load | only the weights of a Keras model
# hint: which file does your save write for a Keras model? does it hold the form as well?
replace(
    "model.save(filepath=path)", 'model.save_weights(str(path).replace(".keras", ".weights.h5"))'
)


# %% mistake: save_and_load | a file is written and then refused
# hint: your save refuses a network: is there a file afterwards? when do you decide?
replace(
    'if isinstance(model, Classifier) and suffix == ".pt":',
    """
    Path(path).write_bytes(b"")
    if isinstance(model, Classifier) and suffix == ".pt":
    """,
)


# %% mistake: save_and_load | the network is kept in memory, not in the file
# hint: can your load read the file after the kernel was restarted? what is in the file?
replace(
    'torch.save({"config": model.config, "state": model.state_dict()}, path)',
    """
    torch.save({}, path)
    save.kept = model
    """,
)
replace(
    """
    stored = torch.load(path, weights_only=True)
    model = Classifier(**stored["config"])
    model.load_state_dict(stored["state"])
    return model.eval()
    """,
    "return save.kept.eval()",
)


# %% mistake: save_and_load | Keras may run the code of a file
# hint: what does your load do with a .keras file that has a Lambda layer?
replace("keras.saving.load_model(path)", "keras.saving.load_model(path, safe_mode=False)")


# %% mistake: save_and_load | Keras is trusted to know its endings, and still writes .h5
# hint: who looks at the ending of a Keras model's path: you or Keras? try .h5
replace('isinstance(model, keras.Model) and suffix == ".keras"', "isinstance(model, keras.Model)")


# %% mistake: save_and_load | the old ending of Keras is allowed
# hint: which endings does the table name for a Keras model, and which do you take?
replace(
    'isinstance(model, keras.Model) and suffix == ".keras"',
    'isinstance(model, keras.Model) and suffix in (".keras", ".h5")',
)


# %% mistake: save_and_load | whatever is not PyTorch is read by Keras
# hint: what does your load do with every ending that is not .pt? try .h5
replace(
    """
    if suffix == ".keras":
        return keras.saving.load_model(path)
    """,
    "",
)
replace(
    'raise ValueError(f"{path} ends neither in .pt nor in .keras.")',
    "return keras.saving.load_model(path)",
)


# %% mistake: save_and_load | .ckpt ends in pt, too
# hint: how much of the name do you compare? try a.ckpt
replace(
    'isinstance(model, Classifier) and suffix == ".pt"',
    'isinstance(model, Classifier) and str(path).endswith("pt")',
)
replace('if suffix == ".pt":', 'if str(path).endswith("pt"):')


# %% mistake: save_and_load | the ending may stand anywhere in the path
# hint: is the .pt in a.pt.old an ending? look at where you search for it
replace(
    'isinstance(model, Classifier) and suffix == ".pt"',
    'isinstance(model, Classifier) and ".pt" in str(path)',
)
replace('if suffix == ".pt":', 'if ".pt" in str(path):')


# %% mistake: save_and_load | networks without dropout are refused
# hint: which Classifiers does your save refuse? try one with dropout = 0
replace(
    'isinstance(model, Classifier) and suffix == ".pt"',
    'isinstance(model, Classifier) and model.config["dropout"] and suffix == ".pt"',
)


# %% alternative: save_and_load | a flat dictionary, and the ending of the text
def save(model, path):
    name = str(path)
    if name.endswith(".pt") and isinstance(model, Classifier):
        torch.save(dict(model.config) | {"numbers": dict(model.state_dict())}, name)
    elif name.endswith(".keras") and isinstance(model, keras.Model):
        keras.saving.save_model(model, name)
    else:
        raise ValueError("model and ending do not belong together")


def load(path):
    name = str(path)
    if name.endswith(".keras"):
        return keras.models.load_model(name, compile=False)
    if not name.endswith(".pt"):
        raise ValueError("unknown ending")
    stored = torch.load(name)
    numbers = stored.pop("numbers")
    network = Classifier(**stored)
    network.load_state_dict(numbers)
    network.eval()
    return network


# %% alternative: save_and_load | a list of configuration and state
replace(
    '{"config": model.config, "state": model.state_dict()}', "[model.config, model.state_dict()]"
)
replace(
    "stored = torch.load(path, weights_only=True)",
    "config, state = torch.load(path, weights_only=True)",
)
replace('stored["config"]', "config")
replace('stored["state"]', "state")


# %% alternative: save_and_load | saved without a graph, loaded onto the processor
replace("isinstance(model, Classifier)", "type(model) is Classifier")
replace(
    "torch.load(path, weights_only=True)", 'torch.load(path, map_location="cpu", weights_only=True)'
)


# %% mistake: quiz | question 1: gradients are believed to be replaced
# hint: question 1: read "Gradients add up" in section 3 of the lesson again: what is in .grad?
answer_1 = "a"
answer_2 = "c"
answer_3 = "a"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | question 2: a new shape is believed to need no new graph
# hint: question 2: read section 9 of the lesson again, on tf.function: what is a signature?
answer_1 = "b"
answer_2 = "b"
answer_3 = "a"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | question 3: no_grad is believed to switch dropout off
# hint: question 3: read "Modes" in section 4 of the lesson again: what does no_grad switch off?
answer_1 = "b"
answer_2 = "c"
answer_3 = "b"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | question 4: a second softmax is believed to change nothing
# hint: question 4: read "Common mistakes" of the lesson again, on the softmax before the loss
answer_1 = "b"
answer_2 = "c"
answer_3 = "a"
answer_4 = "b"
answer_5 = "b"


# %% mistake: quiz | question 5: the number of batches is taken for the factor
# hint: question 5: read section 6 of the lesson again, "The training loop": what weighs a batch?
answer_1 = "b"
answer_2 = "c"
answer_3 = "a"
answer_4 = "d"
answer_5 = "c"
