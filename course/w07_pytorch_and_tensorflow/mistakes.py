"""Wrong and unusual right answers of week 7, on which the tests of the assignment are tested.

Each block replaces the whole solution cell of its exercise.
"""


# %% mistake: squareplus | the plain formula, which loses all digits far below zero
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = (X + root) / 2
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | the slope by its plain formula, which loses its digits
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward((1 + X / root) / 2)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | the upstream gradient is forgotten
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | nothing is returned for the constant
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | the factor one half is forgotten
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = 2 * X.clamp(min=0) + b / (X.abs() + root)
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | beta is added outside the root
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2) + b
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | the slope of the upper half is used everywhere
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward((1 + X.abs() / root) / 2)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | a constant of zero or below is accepted
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | zero is accepted as a constant
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b < 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | works in double precision and does not go back
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        X = X.double()
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | writes into its input
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        size = X.abs()
        X.clamp_(min=0)
        A = X + b / (2 * (size + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | the gradient of ReLU
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward((X > 0).to(X.dtype))
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | the plain formula in double precision, and back
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X.double() ** 2 + b)
        A = (X + root) / 2
        ctx.save_for_backward((A / root).to(X.dtype))
        return A.to(X.dtype)

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: squareplus | small constants are refused
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b < 1:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% alternative: squareplus | X is kept, and the root is computed once more in the backward pass
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if b <= 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = X.clamp(min=0) + b / (2 * (X.abs() + root))
        ctx.save_for_backward(X)
        ctx.b = b
        return A

    @staticmethod
    def backward(ctx, dA):
        (X,) = ctx.saved_tensors
        root = torch.hypot(X, torch.full_like(X, ctx.b**0.5))
        value = torch.where(X > 0, (X + root) / 2, ctx.b / 2 / (root + X.abs()))
        return dA * value / root, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% alternative: squareplus | two cases, chosen with torch.where
class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, b):
        if not b > 0:
            raise ValueError(f"b is {b}: squareplus needs a constant above zero.")
        root = torch.sqrt(X**2 + b)
        A = torch.where(X < 0, b / (root - X) / 2, (X + root) / 2)
        ctx.save_for_backward(A / root)
        return A

    @staticmethod
    def backward(ctx, dA):
        (slope,) = ctx.saved_tensors
        return dA * slope, None


def squareplus(X, b=4.0):
    return Squareplus.apply(X, b)


# %% mistake: classifier | a plain list hides the layers
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = [nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)]
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten(1)
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | squareplus on the logits, too
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
        for layer in self.layers:
            A = squareplus(layer(self.drop(A)), self.config["b"])
        return A

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | a softmax at the end
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
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return torch.softmax(last(A), dim=1)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | dropout before every layer, pixels included
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
        for layer in self.layers[:-1]:
            A = squareplus(layer(self.drop(A)), self.config["b"])
        return self.layers[-1](A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | dropout before squareplus
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
        *hidden, last = self.layers
        for layer in hidden:
            A = squareplus(self.drop(layer(A)), self.config["b"])
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | dropout does not know of evaluation
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
        *hidden, last = self.layers
        for layer in hidden:
            A = F.dropout(squareplus(layer(A), self.config["b"]), self.config["dropout"])
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | the batch is flattened, too
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten()
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | images are expected to have a channel
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten(1, 3)
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | the constant of squareplus is ignored
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
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A)))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | frozen parameters are counted
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
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters())


# %% mistake: classifier | tensors are counted in the place of numbers
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
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(1 for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | only weights are counted
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
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad and P.ndim == 2)


# %% mistake: classifier | no biases
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(
            nn.Linear(n_in, n_out, bias=False) for n_in, n_out in pairwise(sizes)
        )
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten(1)
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | no dropout after the last hidden layer
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
        for number, layer in enumerate(self.layers[:-1]):
            A = squareplus(layer(A), self.config["b"])
            if number < len(self.layers) - 2:
                A = self.drop(A)
        return self.layers[-1](A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | one size is accepted
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 1:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten(1)
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | config keeps what it was given, a tuple too
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": sizes, "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))
        self.drop = nn.Dropout(p=dropout)

    def forward(self, X):
        A = X.flatten(1)
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(squareplus(layer(A), self.config["b"]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | a ReLU in the place of squareplus
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
        *hidden, last = self.layers
        for layer in hidden:
            A = self.drop(torch.relu(layer(A)))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% mistake: classifier | all images of a batch drop the same activations
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
        *hidden, last = self.layers
        for layer in hidden:
            A = squareplus(layer(A), self.config["b"])
            A = A * self.drop(torch.ones(A.shape[1]))
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


# %% alternative: classifier | functional dropout, told of the mode
class Classifier(nn.Module):
    def __init__(self, sizes, dropout=0.0, b=4.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}: a network has inputs and outputs at least.")
        self.config = {"sizes": list(sizes), "dropout": dropout, "b": b}
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))

    def forward(self, X):
        A = X.flatten(1)
        *hidden, last = self.layers
        for layer in hidden:
            A = squareplus(layer(A), self.config["b"])
            A = F.dropout(A, self.config["dropout"], training=self.training)
        return last(A)

    def parameter_count(self):
        return sum(P.numel() for P in self.parameters() if P.requires_grad)


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
        picture = self.X[i]
        if self.augment:
            k = self.max_shift
            height, width = picture.shape
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(1)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | torch.roll lets the picture come in again on the other side
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = torch.roll(picture, (top - k, left - k), dims=(1, 2))
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the mirror turns images upside down
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(1)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | every image is mirrored
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | no image is mirrored
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the same shift in both directions
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
            top = left = torch.randint(2 * k + 1, (), generator=self.generator).item()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the largest shift down and to the right never happens
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
            top, left = torch.randint(2 * k, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | shifts only in one direction
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
            top, left = torch.randint(k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | augmentation also when it is not asked for
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
        if True:
            k = self.max_shift
            _, height, width = picture.shape
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


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
            top, left = torch.randint(2 * k + 1, (2,)).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand(()) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the loader does not hand its generator to the data set
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the order comes from the global generator
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle)


# %% mistake: loader | augmentation begins anew with the same seed for every image
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
            self.generator.manual_seed(int(i))
            _, height, width = picture.shape
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the last batch is left out
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(
        pictures, batch_size=batch_size, shuffle=shuffle, drop_last=True, generator=source
    )


# %% mistake: loader | always shuffled
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=True, generator=source)


# %% mistake: loader | the loader forgets to augment
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the seed is ignored
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(0)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the border repeats the outermost pixels
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k), mode="replicate")[
                :, top : top + height, left : left + width
            ]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the mirrored image is written into the data set
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
            self.X[i] = picture[0]
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | the seed sets the global generator
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    torch.manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle)


# %% mistake: loader | a normal number is taken for a uniform one: 69 % are mirrored
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.randn((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | three quarters of the images are mirrored
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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.75:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


# %% mistake: loader | shifts are rounded, so the largest ones are rarer
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
            top, left = (2 * k * torch.rand(2, generator=self.generator)).round().int().tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    return DataLoader(pictures, batch_size=batch_size, shuffle=shuffle, generator=source)


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
            top, left = torch.randint(2 * k + 1, (2,), generator=self.generator).tolist()
            picture = F.pad(picture, (k, k, k, k))[:, top : top + height, left : left + width]
            if torch.rand((), generator=self.generator) < 0.5:
                picture = picture.flip(2)
        return picture, self.y[i]


def make_loader(X, y, batch_size, *, shuffle=False, augment=False, seed=0):
    source = torch.Generator().manual_seed(seed)
    pictures = ClothingImages(X, y, augment=augment, generator=source)
    order = torch.utils.data.SequentialSampler(pictures)
    if shuffle:
        order = torch.utils.data.RandomSampler(pictures, generator=source)
    return DataLoader(pictures, batch_size=batch_size, sampler=order)


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
def evaluate(model, loader):
    previous_mode = model.training
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the mode is not restored
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | always back to training mode
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train()
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | evaluation records a graph
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(True):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | mean of the batch losses
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="mean").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / len(loader), hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | mean of the batch accuracies
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).float().mean().item() * m / max(m, 1)
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / len(loader)


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | accuracy as a number of images
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, float(hits)


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the loss is a tensor
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum")
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the two results are swapped
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return hits / m, total / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | gradients are never cleared
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | gradients are cleared once an epoch
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        opt.zero_grad()
        total, m = 0.0, 0
        for images, labels in training_loader:
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | gradients are cleared between backward and step
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.zero_grad()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | training mode is set once, before the first epoch, and evaluation is not trusted
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the mean of the batch losses as training loss
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / len(training_loader))
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the loss of the last batch as training loss
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total = len(labels) * cost.item()
            m = len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the network is validated on the training set
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, training_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the network is validated before the epoch
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | tensors in the history keep every graph alive
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | a step once an epoch
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            total += len(labels) * cost.item()
            m += len(labels)
        opt.step()
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | one epoch only
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(min(epochs, 1)):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the sum of the losses is minimised, not the mean
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), labels, reduction="sum")
            cost.backward()
            opt.step()
            total += cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | gradients are switched on at the end, whatever they were before
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    torch.set_grad_enabled(False)
    for images, labels in loader:
        Z = model(images)
        total += F.cross_entropy(Z, labels, reduction="sum").item()
        hits += (Z.argmax(dim=1) == labels).sum().item()
        m += len(labels)
    torch.set_grad_enabled(True)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the validation batches are gone through twice
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
    m = sum(len(labels) for _, labels in loader)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: fit | the examples are counted in a pass of their own
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            total += len(labels) * cost.item()
        m = sum(len(labels) for _, labels in training_loader)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


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
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        losses, sizes = [], []
        for images, labels in training_loader:
            opt.zero_grad()
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            losses.append(cost.item())
            sizes.append(len(labels))
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(np.average(losses, weights=sizes))
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% alternative: fit | gradients are cleared after the step, and once before
def evaluate(model, loader):
    previous_mode = model.training
    model.eval()
    total, hits, m = 0.0, 0, 0
    with torch.set_grad_enabled(False):
        for images, labels in loader:
            Z = model(images)
            total += F.cross_entropy(Z, labels, reduction="sum").item()
            hits += (Z.argmax(dim=1) == labels).sum().item()
            m += len(labels)
    model.train(previous_mode)
    return total / m, hits / m


def fit(model, training_loader, validation_loader, opt, epochs):
    history = {"loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        model.train()
        total, m = 0.0, 0
        opt.zero_grad()
        for images, labels in training_loader:
            cost = F.cross_entropy(model(images), target=labels)
            cost.backward()
            opt.step()
            opt.zero_grad(set_to_none=False)
            total += len(labels) * cost.item()
            m += len(labels)
        validation_loss, validation_accuracy = evaluate(model, validation_loader)
        history["loss"].append(total / m)
        history["validation_loss"].append(validation_loss)
        history["validation_accuracy"].append(validation_accuracy)
    return history


# %% mistake: layer | the kernel is transposed, as in PyTorch
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_out, n_in), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, ops.transpose(self.kernel))
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | the second axis is taken for the features
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | no bias is added
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | the bias begins with random numbers
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "random_normal", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | the kernel begins with zeros
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "zeros", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | the kernel begins with another distribution
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "he_normal", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | no activation
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return Z

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | a ReLU in the place of squareplus
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return ops.relu(Z)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | the constant is always 4
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + 4.0)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | the configuration forgets the units
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "b": self.b}


# %% mistake: layer | the configuration forgets b
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units}


# %% mistake: layer | the configuration forgets what every layer has
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {"units": self.units, "b": self.b}


# %% mistake: layer | the bias is not trained
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", trainable=False, name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | new weights at each call
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        self.build(inputs.shape)
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | a plain variable that no optimiser finds
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = tf.random.normal((n_in, n_out)) / 10
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: layer | weights without names
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform")
        self.bias = self.add_weight((n_out,), "zeros")

    def call(self, inputs):
        Z = self.bias + ops.matmul(inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% alternative: layer | the operators of the tensors, and a configuration that is filled
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = inputs @ self.kernel + self.bias
        return 0.5 * (Z + (Z * Z + self.b) ** 0.5)

    def get_config(self):
        config = super().get_config()
        config.update(units=self.units, b=self.b)
        return config


# %% alternative: layer | initialisers as objects, and a sum over products
@keras.saving.register_keras_serializable(package="forwardpass")
class SquareplusDense(keras.layers.Layer):
    def __init__(self, units, b=4.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.b = b

    def build(self, input_shape):
        n_in, n_out = input_shape[-1], self.units
        self.kernel = self.add_weight(
            (n_in, n_out), keras.initializers.GlorotUniform(seed=1), name="kernel"
        )
        super().build(input_shape)
        self.bias = self.add_weight((n_out,), "zeros", name="bias")

    def call(self, inputs):
        Z = self.bias + ops.einsum("...i,ij->...j", inputs, self.kernel)
        return (Z + ops.sqrt(ops.square(Z) + self.b)) / 2

    def get_config(self):
        return {**super().get_config(), "units": self.units, "b": self.b}


# %% mistake: train_step | the sum over the batch
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | one loss for each image
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z)
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | the model runs in inference mode
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=False)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | nothing is clipped
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(gradients, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | each gradient is clipped by itself
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped = [tf.clip_by_norm(g, clip_norm) for g in gradients]
    norm = tf.linalg.global_norm(gradients)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | elements are clipped in the place of the norm
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped = [tf.clip_by_value(g, -clip_norm, clip_norm) for g in gradients]
    norm = tf.linalg.global_norm(gradients)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | always scaled to the largest norm
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    norm = tf.linalg.global_norm(gradients)
    clipped = [g * clip_norm / norm for g in gradients]
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | the norm after clipping
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, tf.linalg.global_norm(clipped)


# %% mistake: train_step | the square of the norm
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm**2


# %% mistake: train_step | a softmax more: probabilities are taken for logits
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = tf.nn.softmax(model(X, training=True))
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss, norm


# %% mistake: train_step | Python numbers are returned in the place of tensors
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return float(loss), float(norm)


# %% mistake: train_step | NumPy arrays are returned, which a graph cannot give
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    return loss.numpy(), norm.numpy()


# %% mistake: train_step | the loss after the step
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.trainable_variables)
    Z = model(X, training=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    return loss, norm


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
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    return loss, norm


# %% mistake: train_step | steps of the optimiser are made by hand
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.trainable_variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    for variable, gradient in zip(model.trainable_variables, clipped, strict=True):
        variable.assign_sub(optimiser.learning_rate * gradient)
    return loss, norm


# %% mistake: train_step | all variables, frozen ones included
def train_step(model, optimiser, X, y, clip_norm):
    with tf.GradientTape() as step_tape:
        Z = model(X, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    gradients = step_tape.gradient(loss, model.variables)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    optimiser.apply(clipped, model.variables)
    return loss, norm


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
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | reshaped in the place of transposed
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.reshape(kernel.T.shape)))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | transposed unless the shapes fit already
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(
                torch.from_numpy(kernel if kernel.shape == linear.weight.shape else kernel.T)
            )
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | biases are forgotten
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))


# %% mistake: transfer | shapes are not compared, and copy_ broadcasts
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    if len(sources) != len(classifier.layers):
        raise ValueError
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


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
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if any(a != b for a, b in zip(needed, present, strict=False)):
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=False):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | new parameters, which no optimiser knows
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight = nn.Parameter(torch.from_numpy(kernel.T.copy()))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | the parameters can no longer be trained
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))
            linear.requires_grad_(False)


# %% mistake: transfer | autograd does not allow it
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    if True:
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | only the first layer
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in [(sources[0], classifier.layers[0])]:
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | layers without weights are not skipped
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | copied in the wrong direction
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            kernel[:] = linear.weight.numpy().T
            bias[:] = linear.bias.numpy()


# %% mistake: transfer | only layers of the class Dense
def transfer(keras_model, classifier):
    dense = [layer for layer in keras_model.layers if isinstance(layer, keras.layers.Dense)]
    sources = [layer.get_weights() for layer in dense]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present:
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


# %% mistake: transfer | layers that fit are refused if their kernels are square
def transfer(keras_model, classifier):
    sources = [layer.get_weights() for layer in keras_model.layers if layer.weights]
    needed = [kernel.T.shape for kernel, _ in sources]
    present = [tuple(linear.weight.shape) for linear in classifier.layers]
    if needed != present or any(n_in == n_out for n_in, n_out in needed):
        raise ValueError(f"The kernels need {needed}, the classifier has {present}.")
    with torch.set_grad_enabled(False):
        for (kernel, bias), linear in zip(sources, classifier.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.copy_(torch.from_numpy(bias))


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
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save(model, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=False)
        model = stored
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | files may run code
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=False)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | the loaded network still trains
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | the state is not loaded
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | saving switches to evaluation mode
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        model.eval()
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | only the sizes are kept, not dropout and b
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": {"sizes": model.config["sizes"]}, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | any module may be saved
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, nn.Module) and suffix == ".pt":
        torch.save({"config": getattr(model, "config", {}), "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | the ending is not looked at
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier):
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model):
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | every unknown ending is read as PyTorch
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix:
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | a text has no suffix
def save(model, path):
    suffix = path.suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | an error for every Keras model
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == "keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | only the weights of a Keras model
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save_weights(str(path).replace(".keras", ".weights.h5"))
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | a file is written and then refused
def save(model, path):
    suffix = Path(path).suffix
    Path(path).write_bytes(b"")
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | the network is kept in memory, not in the file
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({}, path)
        save.kept = model
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        return save.kept.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | Keras may run the code of a file
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path, safe_mode=False)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | Keras is trusted to know its endings, and still writes .h5
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model):
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | the old ending of Keras is allowed
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix in (".keras", ".h5"):
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | whatever is not PyTorch is read by Keras
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    return keras.saving.load_model(path)


# %% mistake: save_and_load | .ckpt ends in pt, too
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and str(path).endswith("pt"):
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if str(path).endswith("pt"):
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | the ending may stand anywhere in the path
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and ".pt" in str(path):
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if ".pt" in str(path):
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% mistake: save_and_load | networks without dropout are refused
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and model.config["dropout"] and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


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
def save(model, path):
    suffix = Path(path).suffix
    if isinstance(model, Classifier) and suffix == ".pt":
        torch.save([model.config, model.state_dict()], path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        config, state = torch.load(path, weights_only=True)
        model = Classifier(**config)
        model.load_state_dict(state)
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


# %% alternative: save_and_load | saved without a graph, loaded onto the processor
def save(model, path):
    suffix = Path(path).suffix
    if type(model) is Classifier and suffix == ".pt":
        torch.save({"config": model.config, "state": model.state_dict()}, path)
    elif isinstance(model, keras.Model) and suffix == ".keras":
        model.save(filepath=path)
    else:
        raise ValueError(f"A {type(model).__name__} cannot be saved with the ending {suffix!r}.")


def load(path):
    suffix = Path(path).suffix
    if suffix == ".keras":
        return keras.saving.load_model(path)
    if suffix == ".pt":
        stored = torch.load(path, map_location="cpu", weights_only=True)
        model = Classifier(**stored["config"])
        model.load_state_dict(stored["state"])
        return model.eval()
    raise ValueError(f"{path} ends neither in .pt nor in .keras.")


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
