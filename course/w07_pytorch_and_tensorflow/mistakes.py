"""Wrong and unusual right answers of week 7, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: squareplus | the plain formula, which loses all digits far below zero
replace("X.clamp(min=0) + b / (2 * (X.abs() + root))", "(X + root) / 2")


# %% mistake: squareplus | the slope by its plain formula, which loses its digits
replace("A / root", "(1 + X / root) / 2")


# %% mistake: squareplus | the upstream gradient is forgotten
replace("dA * slope", "slope")


# %% mistake: squareplus | nothing is returned for the constant
replace("dA * slope, None", "dA * slope")


# %% mistake: squareplus | the factor one half is forgotten
replace("X.clamp(min=0) + b / (2 * (X.abs() + root))", "2 * X.clamp(min=0) + b / (X.abs() + root)")


# %% mistake: squareplus | beta is added outside the root
replace("torch.sqrt(X**2 + b)", "torch.sqrt(X**2) + b")


# %% mistake: squareplus | the slope of the upper half is used everywhere
replace("A / root", "(1 + X.abs() / root) / 2")


# %% mistake: squareplus | a constant of zero or below is accepted
replace(
    """
    if b <= 0:
        raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
    """,
    "",
)


# %% mistake: squareplus | zero is accepted as a constant
replace("b <= 0", "b < 0")


# %% mistake: squareplus | works in double precision and does not go back
replace(
    "root = torch.sqrt(X**2 + b)",
    """
    X = X.double()
    root = torch.sqrt(X**2 + b)
    """,
)


# %% mistake: squareplus | writes into its input
replace(
    "A = X.clamp(min=0) + b / (2 * (X.abs() + root))",
    """
    size = X.abs()
    X.clamp_(min=0)
    A = X + b / (2 * (size + root))
    """,
)


# %% mistake: squareplus | the gradient of ReLU
replace("A / root", "(X > 0).to(X.dtype)")


# %% mistake: squareplus | the plain formula in double precision, and back
replace("X**2 + b", "X.double() ** 2 + b")
replace("X.clamp(min=0) + b / (2 * (X.abs() + root))", "(X + root) / 2")
replace("A / root", "(A / root).to(X.dtype)")
replace("return A", "return A.to(X.dtype)")


# %% mistake: squareplus | small constants are refused
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
replace(
    "nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))",
    "[nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)]",
)


# %% mistake: classifier | squareplus on the logits, too
replace("*hidden, last = self.layers", "")
replace("for layer in hidden:", "for layer in self.layers:")
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'squareplus(layer(self.drop(A)), self.config["b"])',
)
replace("last(A)", "A")


# %% mistake: classifier | a softmax at the end
replace("last(A)", "torch.softmax(last(A), dim=1)")


# %% mistake: classifier | dropout before every layer, pixels included
replace("*hidden, last = self.layers", "")
replace("for layer in hidden:", "for layer in self.layers[:-1]:")
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'squareplus(layer(self.drop(A)), self.config["b"])',
)
replace("last(A)", "self.layers[-1](A)")


# %% mistake: classifier | dropout before squareplus
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'squareplus(self.drop(layer(A)), self.config["b"])',
)


# %% mistake: classifier | dropout does not know of evaluation
replace(
    'self.drop(squareplus(layer(A), self.config["b"]))',
    'F.dropout(squareplus(layer(A), self.config["b"]), self.config["dropout"])',
)


# %% mistake: classifier | the batch is flattened, too
replace("X.flatten(1)", "X.flatten()")


# %% mistake: classifier | images are expected to have a channel
replace("X.flatten(1)", "X.flatten(1, 3)")


# %% mistake: classifier | the constant of squareplus is ignored
replace('squareplus(layer(A), self.config["b"])', "squareplus(layer(A))")


# %% mistake: classifier | frozen parameters are counted
replace(
    "(P.numel() for P in self.parameters() if P.requires_grad)",
    "(P.numel() for P in self.parameters())",
)


# %% mistake: classifier | tensors are counted in the place of numbers
replace("P.numel()", "1")


# %% mistake: classifier | only weights are counted
replace("P.requires_grad", "P.requires_grad and P.ndim == 2")


# %% mistake: classifier | no biases
replace("nn.Linear(n_in, n_out)", "nn.Linear(n_in, n_out, bias=False)")


# %% mistake: classifier | no dropout after the last hidden layer
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
replace("len(sizes) < 2", "len(sizes) < 1")


# %% mistake: classifier | config keeps what it was given, a tuple too
replace("list(sizes)", "sizes")


# %% mistake: classifier | a ReLU in the place of squareplus
replace('squareplus(layer(A), self.config["b"])', "torch.relu(layer(A))")


# %% mistake: classifier | all images of a batch drop the same activations
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
replace("self.X[i].unsqueeze(0)", "self.X[i]")
replace("_, height, width", "height, width")
replace(":, top : top + height, left : left + width", "top : top + height, left : left + width")
replace("picture.flip(2)", "picture.flip(1)")


# %% mistake: loader | torch.roll lets the picture come in again on the other side
replace(
    "F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]",
    "torch.roll(picture, (top - k, left - k), dims=(1, 2))",
)


# %% mistake: loader | the mirror turns images upside down
replace("picture.flip(2)", "picture.flip(1)")


# %% mistake: loader | every image is mirrored
replace(
    """
    if torch.rand((), generator=self.generator) < 0.5:
        picture = picture.flip(2)
    """,
    "picture = picture.flip(2)",
)


# %% mistake: loader | no image is mirrored
replace(
    """
    if torch.rand((), generator=self.generator) < 0.5:
        picture = picture.flip(2)
    """,
    "",
)


# %% mistake: loader | the same shift in both directions
replace(
    "top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()",
    "top = left = torch.randint(2 * k + 1, (), generator=self.generator).item()",
)


# %% mistake: loader | the largest shift down and to the right never happens
replace("2 * k + 1", "2 * k")


# %% mistake: loader | shifts only in one direction
replace("2 * k", "k")


# %% mistake: loader | augmentation also when it is not asked for
replace("self.augment", "True")


# %% mistake: loader | augmented once, when the data set is made
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
replace(
    "torch.randint(2 * k + 1, (2,), generator=self.generator)", "torch.randint(2 * k + 1, (2,))"
)
replace("torch.rand((), generator=self.generator)", "torch.rand(())")


# %% mistake: loader | the loader does not hand its generator to the data set
replace(
    "ClothingImages(X, y, augment=augment, generator=source)",
    "ClothingImages(X, y, augment=augment)",
)


# %% mistake: loader | the order comes from the global generator
replace(
    "DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)",
    "DataLoader(pictures, batch_size=batch_size, shuffle=shuffle)",
)


# %% mistake: loader | augmentation begins anew with the same seed for every image
replace(
    "k = self.max_shift",
    """
    k = self.max_shift
    self.generator.manual_seed(int(i))
    """,
)


# %% mistake: loader | the last batch is left out
replace(
    "DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)",
    """
    DataLoader(
        pictures, batch_size=batch_size, shuffle=shuffle, drop_last=True, generator=source
    )
    """,
)


# %% mistake: loader | always shuffled
replace("shuffle=shuffle", "shuffle=True")


# %% mistake: loader | the loader forgets to augment
replace(
    "ClothingImages(X, y, augment=augment, generator=source)",
    "ClothingImages(X, y, generator=source)",
)


# %% mistake: loader | the seed is ignored
replace("torch.Generator().manual_seed(seed)", "torch.Generator().manual_seed(0)")


# %% mistake: loader | the border repeats the outermost pixels
replace("F.pad(picture, (k, k, k, k))", 'F.pad(picture, (k, k, k, k), mode="replicate")')


# %% mistake: loader | the mirrored image is written into the data set
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
replace("torch.rand((), generator=self.generator)", "torch.randn((), generator=self.generator)")


# %% mistake: loader | three quarters of the images are mirrored
replace(
    "torch.rand((), generator=self.generator) < 0.5",
    "torch.rand((), generator=self.generator) < 0.75",
)


# %% mistake: loader | shifts are rounded, so the largest ones are rarer
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
replace("model.eval()", "")


# %% mistake: fit | the mode is not restored
replace("model.train(previous_mode)", "")


# %% mistake: fit | always back to training mode
replace("model.train(previous_mode)", "model.train()")


# %% mistake: fit | evaluation records a graph
replace("torch.set_grad_enabled(False)", "torch.set_grad_enabled(True)")


# %% mistake: fit | mean of the batch losses
replace('reduction="sum"', 'reduction="mean"')
replace("total / m, hits / m", "total / len(loader), hits / m")


# %% mistake: fit | mean of the batch accuracies
replace(
    "(Z.argmax(dim=1) == labels).sum().item()",
    "(Z.argmax(dim=1) == labels).float().mean().item() * m / max(m, 1)",
)
replace("hits / m", "hits / len(loader)")


# %% mistake: fit | accuracy as a number of images
replace("hits / m", "float(hits)")


# %% mistake: fit | the loss is a tensor
replace(
    'F.cross_entropy(Z, labels, reduction="sum").item()',
    'F.cross_entropy(Z, labels, reduction="sum")',
)


# %% mistake: fit | the two results are swapped
replace("total / m, hits / m", "hits / m, total / m")


# %% mistake: fit | gradients are never cleared
replace("opt.zero_grad()", "")


# %% mistake: fit | gradients are cleared once an epoch
replace("opt.zero_grad()", "")
replace(
    "model.train()",
    """
    model.train()
    opt.zero_grad()
    """,
)


# %% mistake: fit | gradients are cleared between backward and step
replace("opt.zero_grad()", "")
replace(
    "opt.step()",
    """
    opt.zero_grad()
    opt.step()
    """,
)


# %% mistake: fit | training mode is set once, before the first epoch, and evaluation is not trusted
replace("model.train()", "")


# %% mistake: fit | the mean of the batch losses as training loss
replace("len(labels) * cost.item()", "cost.item()")
replace('history["loss"].append(total / m)', 'history["loss"].append(total / len(training_loader))')


# %% mistake: fit | the loss of the last batch as training loss
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
replace("evaluate(model, validation_loader)", "evaluate(model, training_loader)")


# %% mistake: fit | the network is validated before the epoch
replace("validation_loss, validation_accuracy = evaluate(model, validation_loader)", "")
replace(
    "model.train()",
    """
    validation_loss, validation_accuracy = evaluate(model, validation_loader)
    model.train()
    """,
)


# %% mistake: fit | tensors in the history keep every graph alive
replace("cost.item()", "cost")


# %% mistake: fit | a step once an epoch
replace("opt.step()", "")
replace(
    "validation_loss, validation_accuracy = evaluate(model, validation_loader)",
    """
    opt.step()
    validation_loss, validation_accuracy = evaluate(model, validation_loader)
    """,
)


# %% mistake: fit | one epoch only
replace("range(epochs)", "range(min(epochs, 1))")


# %% mistake: fit | the sum of the losses is minimised, not the mean
replace(
    "F.cross_entropy(model(images), target=labels)",
    'F.cross_entropy(model(images), labels, reduction="sum")',
)
replace("len(labels) * cost.item()", "cost.item()")


# %% mistake: fit | gradients are switched on at the end, whatever they were before
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
replace("(n_in, n_out)", "(n_out, n_in)")
replace("ops.matmul(inputs, self.kernel)", "ops.matmul(inputs, ops.transpose(self.kernel))")


# %% mistake: layer | the second axis is taken for the features
replace("input_shape[-1]", "input_shape[1]")


# %% mistake: layer | no bias is added
replace("self.bias + ops.matmul(inputs, self.kernel)", "ops.matmul(inputs, self.kernel)")


# %% mistake: layer | the bias begins with random numbers
replace(
    'self.add_weight((n_out,), "zeros", name="bias")',
    'self.add_weight((n_out,), "random_normal", name="bias")',
)


# %% mistake: layer | the kernel begins with zeros
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    'self.add_weight((n_in, n_out), "zeros", name="kernel")',
)


# %% mistake: layer | the kernel begins with another distribution
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    'self.add_weight((n_in, n_out), "he_normal", name="kernel")',
)


# %% mistake: layer | no activation
replace("(Z + ops.sqrt(ops.square(Z) + self.b)) / 2", "Z")


# %% mistake: layer | a ReLU in the place of squareplus
replace("(Z + ops.sqrt(ops.square(Z) + self.b)) / 2", "ops.relu(Z)")


# %% mistake: layer | the constant is always 4
replace("ops.square(Z) + self.b", "ops.square(Z) + 4.0")


# %% mistake: layer | the configuration forgets the units
replace(
    '{**super().get_config(), "units": self.units, "b": self.b}',
    '{**super().get_config(), "b": self.b}',
)


# %% mistake: layer | the configuration forgets b
replace(
    '{**super().get_config(), "units": self.units, "b": self.b}',
    '{**super().get_config(), "units": self.units}',
)


# %% mistake: layer | the configuration forgets what every layer has
replace(
    '{**super().get_config(), "units": self.units, "b": self.b}',
    '{"units": self.units, "b": self.b}',
)


# %% mistake: layer | the bias is not trained
replace(
    'self.add_weight((n_out,), "zeros", name="bias")',
    'self.add_weight((n_out,), "zeros", trainable=False, name="bias")',
)


# %% mistake: layer | new weights at each call
replace(
    "Z = self.bias + ops.matmul(inputs, self.kernel)",
    """
    self.build(inputs.shape)
    Z = self.bias + ops.matmul(inputs, self.kernel)
    """,
)


# %% mistake: layer | a plain variable that no optimiser finds
replace(
    'self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")',
    "tf.random.normal((n_in, n_out)) / 10",
)


# %% mistake: layer | weights without names
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
replace("tf.reduce_mean", "tf.reduce_sum")


# %% mistake: train_step | one loss for each image
replace(
    "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z)",
)


# %% mistake: train_step | the model runs in inference mode
replace("training=True", "training=False")


# %% mistake: train_step | nothing is clipped
replace(
    "optimiser.apply(clipped, model.trainable_variables)",
    "optimiser.apply(gradients, model.trainable_variables)",
)


# %% mistake: train_step | each gradient is clipped by itself
replace(
    "clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)",
    """
    clipped = [tf.clip_by_norm(g, clip_norm) for g in gradients]
    norm = tf.linalg.global_norm(gradients)
    """,
)


# %% mistake: train_step | elements are clipped in the place of the norm
replace(
    "clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)",
    """
    clipped = [tf.clip_by_value(g, -clip_norm, clip_norm) for g in gradients]
    norm = tf.linalg.global_norm(gradients)
    """,
)


# %% mistake: train_step | always scaled to the largest norm
replace(
    "clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)",
    """
    norm = tf.linalg.global_norm(gradients)
    clipped = [g * clip_norm / norm for g in gradients]
    """,
)


# %% mistake: train_step | the norm after clipping
replace("loss, norm", "loss, tf.linalg.global_norm(clipped)")


# %% mistake: train_step | the square of the norm
replace("loss, norm", "loss, norm**2")


# %% mistake: train_step | a softmax more: probabilities are taken for logits
replace("model(X, training=True)", "tf.nn.softmax(model(X, training=True))")


# %% mistake: train_step | Python numbers are returned in the place of tensors
replace("loss, norm", "float(loss), float(norm)")


# %% mistake: train_step | NumPy arrays are returned, which a graph cannot give
replace("loss, norm", "loss.numpy(), norm.numpy()")


# %% mistake: train_step | the loss after the step
replace(
    "return loss, norm",
    """
    Z = model(X, training=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    return loss, norm
    """,
)


# %% mistake: train_step | the loss is computed outside the tape
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | nothing is applied
replace("optimiser.apply(clipped, model.trainable_variables)", "")


# %% mistake: train_step | steps of the optimiser are made by hand
replace(
    "optimiser.apply(clipped, model.trainable_variables)",
    """
    for variable, gradient in zip(model.trainable_variables, clipped, strict=True):
        variable.assign_sub(optimiser.learning_rate * gradient)
    """,
)


# %% mistake: train_step | all variables, frozen ones included
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
replace("kernel.T.shape", "kernel.shape")
replace("torch.from_numpy(kernel.T)", "torch.from_numpy(kernel)")


# %% mistake: transfer | reshaped in the place of transposed
replace("torch.from_numpy(kernel.T)", "torch.from_numpy(kernel.reshape(kernel.T.shape))")


# %% mistake: transfer | transposed unless the shapes fit already
replace(
    "torch.from_numpy(kernel.T)",
    "torch.from_numpy(kernel if kernel.shape == linear.weight.shape else kernel.T)",
)


# %% mistake: transfer | biases are forgotten
replace("linear.bias.copy_(torch.from_numpy(bias))", "")


# %% mistake: transfer | shapes are not compared, and copy_ broadcasts
replace("needed = [kernel.T.shape for kernel, _ in sources]", "")
replace("present = [tuple(linear.weight.shape) for linear in classifier.layers]", "")
replace("needed != present", "len(sources) != len(classifier.layers)")
replace('ValueError(f"The kernels need {needed}, the classifier has {present}.")', "ValueError")


# %% mistake: transfer | shapes are compared too late, layer by layer
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
replace("needed != present", "any(a != b for a, b in zip(needed, present, strict=False))")
replace("strict=True", "strict=False")


# %% mistake: transfer | new parameters, which no optimiser knows
replace(
    "linear.weight.copy_(torch.from_numpy(kernel.T))",
    "linear.weight = nn.Parameter(torch.from_numpy(kernel.T.copy()))",
)


# %% mistake: transfer | the parameters can no longer be trained
replace(
    "linear.bias.copy_(torch.from_numpy(bias))",
    """
    linear.bias.copy_(torch.from_numpy(bias))
    linear.requires_grad_(False)
    """,
)


# %% mistake: transfer | autograd does not allow it
replace("with torch.set_grad_enabled(False):", "if True:")


# %% mistake: transfer | only the first layer
replace("zip(sources, classifier.layers, strict=True)", "[(sources[0], classifier.layers[0])]")


# %% mistake: transfer | layers without weights are not skipped
replace(
    "[layer.get_weights() for layer in keras_model.layers if layer.weights]",
    "[layer.get_weights() for layer in keras_model.layers]",
)


# %% mistake: transfer | copied in the wrong direction
replace("linear.weight.copy_(torch.from_numpy(kernel.T))", "kernel[:] = linear.weight.numpy().T")
replace("linear.bias.copy_(torch.from_numpy(bias))", "bias[:] = linear.bias.numpy()")


# %% mistake: transfer | only layers of the class Dense
replace(
    "sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]",
    """
    dense = [layer for layer in keras_model.layers if isinstance(layer, keras.layers.Dense)]
    sources = [layer.get_weights() for layer in dense]
    """,
)


# %% mistake: transfer | layers that fit are refused if their kernels are square
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
replace('{"config": model.config, "state": model.state_dict()}', "model")
replace("weights_only=True", "weights_only=False")
replace('Classifier(**stored["config"])', "stored")
replace('model.load_state_dict(stored["state"])', "")


# %% mistake: save_and_load | files may run code
replace("weights_only=True", "weights_only=False")


# %% mistake: save_and_load | the loaded network still trains
replace("model.eval()", "model")


# %% mistake: save_and_load | the state is not loaded
replace('model.load_state_dict(stored["state"])', "")


# %% mistake: save_and_load | saving switches to evaluation mode
replace(
    'torch.save({"config": model.config, "state": model.state_dict()}, path)',
    """
    model.eval()
    torch.save({"config": model.config, "state": model.state_dict()}, path)
    """,
)


# %% mistake: save_and_load | only the sizes are kept, not dropout and b
replace("model.config", '{"sizes": model.config["sizes"]}')


# %% mistake: save_and_load | any module may be saved
replace("isinstance(model, Classifier)", "isinstance(model, nn.Module)")
replace("model.config", 'getattr(model, "config", {})')


# %% mistake: save_and_load | the ending is not looked at
replace('isinstance(model, Classifier) and suffix == ".pt"', "isinstance(model, Classifier)")
replace('isinstance(model, keras.Model) and suffix == ".keras"', "isinstance(model, keras.Model)")


# %% mistake: save_and_load | every unknown ending is read as PyTorch
replace('if suffix == ".pt":', "if suffix:")


# %% mistake: save_and_load | a text has no suffix
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
replace(
    'isinstance(model, keras.Model) and suffix == ".keras"',
    'isinstance(model, keras.Model) and suffix == "keras"',
)


# %% mistake: save_and_load | only the weights of a Keras model
replace(
    "model.save(filepath=path)", 'model.save_weights(str(path).replace(".keras", ".weights.h5"))'
)


# %% mistake: save_and_load | a file is written and then refused
replace(
    'if isinstance(model, Classifier) and suffix == ".pt":',
    """
    Path(path).write_bytes(b"")
    if isinstance(model, Classifier) and suffix == ".pt":
    """,
)


# %% mistake: save_and_load | the network is kept in memory, not in the file
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
replace("keras.saving.load_model(path)", "keras.saving.load_model(path, safe_mode=False)")


# %% mistake: save_and_load | Keras is trusted to know its endings, and still writes .h5
replace('isinstance(model, keras.Model) and suffix == ".keras"', "isinstance(model, keras.Model)")


# %% mistake: save_and_load | the old ending of Keras is allowed
replace(
    'isinstance(model, keras.Model) and suffix == ".keras"',
    'isinstance(model, keras.Model) and suffix in (".keras", ".h5")',
)


# %% mistake: save_and_load | whatever is not PyTorch is read by Keras
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
replace(
    'isinstance(model, Classifier) and suffix == ".pt"',
    'isinstance(model, Classifier) and str(path).endswith("pt")',
)
replace('if suffix == ".pt":', 'if str(path).endswith("pt"):')


# %% mistake: save_and_load | the ending may stand anywhere in the path
replace(
    'isinstance(model, Classifier) and suffix == ".pt"',
    'isinstance(model, Classifier) and ".pt" in str(path)',
)
replace('if suffix == ".pt":', 'if ".pt" in str(path):')


# %% mistake: save_and_load | networks without dropout are refused
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
answer_1 = "a"
answer_2 = "c"
answer_3 = "a"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | question 2: a new shape is believed to need no new graph
answer_1 = "b"
answer_2 = "b"
answer_3 = "a"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | question 3: no_grad is believed to switch dropout off
answer_1 = "b"
answer_2 = "c"
answer_3 = "b"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | question 4: a second softmax is believed to change nothing
answer_1 = "b"
answer_2 = "c"
answer_3 = "a"
answer_4 = "b"
answer_5 = "b"


# %% mistake: quiz | question 5: the number of batches is taken for the factor
answer_1 = "b"
answer_2 = "c"
answer_3 = "a"
answer_4 = "d"
answer_5 = "c"
