"""Wrong and unusual right answers of week 5, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: activations | the formula as it stands in the book, which overflows
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-Z))")


# %% mistake: activations | the sign of the exponent is lost
replace("np.logaddexp(0.0, -Z)", "np.logaddexp(0.0, Z)")


# %% mistake: activations | np.where computes the branch that overflows, too
replace(
    "np.exp(-np.logaddexp(0.0, -Z))",
    "np.where(Z >= 0, 1 / (1 + np.exp(-Z)), np.exp(Z) / (1 + np.exp(Z)))",
)


# %% mistake: activations | inputs are clipped so early that it shows
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-np.clip(Z, -10, 10)))")


# %% alternative: activations | inputs are clipped where it no longer matters
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-np.clip(Z, -500, 500)))")


# %% mistake: activations | the derivative takes activations in the place of pre-activations
replace("A = sigmoid(Z)", "")
replace("A * (1.0 - A)", "Z * (1.0 - Z)")


# %% mistake: activations | relu writes into its input
replace(
    "return np.maximum(Z, 0.0)",
    """
    Z[Z < 0] = 0.0
    return Z
    """,
)


# %% mistake: activations | relu keeps the absolute value
replace("np.maximum(Z, 0.0)", "np.abs(Z)")


# %% mistake: activations | a leaky relu
replace("np.maximum(Z, 0.0)", "np.where(Z > 0, Z, 0.01 * Z)")


# %% mistake: activations | the slope of relu at zero is one
replace("Z > 0.0", "Z >= 0.0")


# %% mistake: activations | relu_derivative returns relu's values
replace("np.where(Z > 0.0, 1.0, 0.0)", "np.where(Z > 0.0, Z, 0.0)")


# %% mistake: activations | the values of the visible tests, typed in
def sigmoid(Z):
    if Z.shape == (2, 3):
        return np.array([[0.119202922, 0.5, 0.731058579], [0.952574127, 0.268941421, 0.622459331]])
    return np.array([0.0, 1.0])


def sigmoid_derivative(Z):
    return np.array([0.104993585, 0.25, 0.045176660])


def relu(Z):
    return np.array([[0.0, 0.0, 3.0], [0.5, 0.0, 10.0]])


def relu_derivative(Z):
    return np.array([0.0, 0.0, 1.0])


# %% mistake: activations | the results are printed, not returned
replace("return np.exp(-np.logaddexp(0.0, -Z))", "print(np.exp(-np.logaddexp(0.0, -Z)))")


# %% alternative: activations | the exponential of -|z| alone; where in place of maximum
def sigmoid(Z):
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1.0, small) / (1.0 + small)


def sigmoid_derivative(Z):
    return sigmoid(Z) * sigmoid(-Z)


def relu(Z):
    return np.where(Z > 0, Z, 0.0)


def relu_derivative(Z):
    return (Z > 0).astype(int)


# %% alternative: activations | the hyperbolic tangent; multiplication by a mask; a Boolean derivative
def sigmoid(Z):
    return 0.5 * (1 + np.tanh(Z / 2))


def sigmoid_derivative(Z):
    return (1 - np.tanh(Z / 2) ** 2) / 4


def relu(Z):
    return Z * (Z > 0)


def relu_derivative(Z):
    return Z > 0


# %% alternative: activations | a mask for each sign; clip and heaviside
def sigmoid(Z):
    A = np.empty(Z.shape)
    positive = Z >= 0
    A[positive] = 1 / (1 + np.exp(-Z[positive]))
    growth = np.exp(Z[~positive])
    A[~positive] = growth / (1 + growth)
    return A


def sigmoid_derivative(Z):
    A = sigmoid(Z)
    return A - A**2


def relu(Z):
    return Z.clip(min=0)


def relu_derivative(Z):
    return np.heaviside(Z, 0.0)


# %% mistake: activations | clipped at twenty: wrong in the ninth digit
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-np.clip(Z, -20, 20)))")


# %% mistake: activations | half of the digits are thrown away
replace(
    "np.exp(-np.logaddexp(0.0, -Z))",
    "(1 / (1 + np.exp(-np.clip(Z, -500, 500)))).astype(np.float32)",
)
replace("np.maximum(Z, 0.0)", "np.maximum(Z, 0.0).astype(np.float32)")


# %% mistake: softmax | no shift: large scores overflow
replace("Z - Z.max(axis=1, keepdims=True)", "Z")


# %% mistake: softmax | normalised over the examples, not over the classes
replace("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum(axis=0)")


# %% mistake: softmax | the shift belongs to the columns
replace("Z.max(axis=1, keepdims=True)", "Z.max(axis=0)")


# %% mistake: softmax | one shift for the whole matrix: rows far below it become 0 / 0
replace("Z.max(axis=1, keepdims=True)", "Z.max()")


# %% mistake: softmax | divided by the sum of everything
replace("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum()")


# %% mistake: softmax | the shift is subtracted in place
def softmax(Z):
    Z -= Z.max(axis=1, keepdims=True)
    exponentials = np.exp(Z)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# %% mistake: softmax | the sums lose their axis
replace("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum(axis=1)")


# %% mistake: softmax | the mean in place of the maximum: half of the scores stay positive
replace("Z.max", "Z.mean")


# %% mistake: softmax | scores are clipped, which changes them
replace("Z - Z.max(axis=1, keepdims=True)", "np.clip(Z, -500, 500)")


# %% mistake: softmax | the values of the visible tests, typed in
def softmax(Z):
    if Z.max() > 100:
        return np.array([[1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0.0]])
    return np.array([[0.25, 0.25, 0.5], [0.09003057, 0.24472847, 0.66524096]])


# %% alternative: softmax | row by row, in a loop
def softmax(Z):
    rows = []
    for row in Z:
        exponentials = np.exp(row - max(row))
        rows.append(exponentials / sum(exponentials))
    return np.array(rows)


# %% alternative: softmax | the exponential of the log-softmax
def softmax(Z):
    return np.exp(Z - np.logaddexp.reduce(Z, axis=1)[:, None])


# %% alternative: softmax | transposed, so that broadcasting needs no kept axis
def softmax(Z):
    T = np.exp(Z.T - Z.max(axis=1))
    return (T / T.sum(axis=0)).T


# %% mistake: softmax | the result is cast to float32
def softmax(Z):
    exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


# %% mistake: initialise | whole numbers as biases
replace("np.zeros(n_out)", "np.zeros(n_out, dtype=int)")


# %% mistake: initialise | W is transposed, as PyTorch stores it
replace("(n_in, n_out)", "(n_out, n_in)")


# %% mistake: initialise | all weights zero
replace("rng.normal(0.0, scale, size=(n_in, n_out))", "np.zeros((n_in, n_out))")


# %% mistake: initialise | uniform numbers from 0 to 1
replace("rng.normal(0.0, scale, size=(n_in, n_out))", "scale * rng.random((n_in, n_out))")


# %% mistake: initialise | uniform between -scale and scale
replace(
    "rng.normal(0.0, scale, size=(n_in, n_out))", "rng.uniform(-scale, scale, size=(n_in, n_out))"
)


# %% mistake: initialise | scale is taken for the variance
replace(
    "rng.normal(0.0, scale, size=(n_in, n_out))",
    "rng.normal(0.0, np.sqrt(scale), size=(n_in, n_out))",
)


# %% mistake: initialise | scale is ignored
replace("rng.normal(0.0, scale, size=(n_in, n_out))", "rng.normal(0.0, 0.1, size=(n_in, n_out))")


# %% mistake: initialise | the global generator in place of rng
replace("rng.normal", "np.random.normal")


# %% mistake: initialise | a generator with a fixed seed in every layer
replace("rng.normal", "np.random.default_rng(0).normal")


# %% mistake: initialise | random biases
replace("np.zeros(n_out)", "rng.normal(0.0, scale, size=n_out)")


# %% mistake: initialise | biases with two axes
replace("np.zeros(n_out)", "np.zeros((n_out, 1))")


# %% mistake: initialise | the last layer is missing
replace("pairwise(layer_sizes)", "pairwise(layer_sizes[:-1])")


# %% mistake: initialise | too few sizes give an empty network in silence
def initialise(layer_sizes, rng, scale=0.1):
    parameters = []
    for n_in, n_out in pairwise(layer_sizes):
        W = rng.normal(0.0, scale, size=(n_in, n_out))
        b = np.zeros(n_out)
        parameters.append((W, b))
    return parameters


# %% mistake: initialise | the shapes of the visible test, typed in
def initialise(layer_sizes, rng, scale=0.1):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    if layer_sizes == [200, 100]:
        return [(rng.normal(0.0, scale, size=(200, 100)), np.zeros(100))]
    return [
        (rng.normal(0.0, scale, (4, 3)), np.zeros(3)),
        (rng.normal(0.0, scale, (3, 2)), np.zeros(2)),
    ]


# %% mistake: initialise | every weight of a layer is the same number
replace(
    "rng.normal(0.0, scale, size=(n_in, n_out))", "np.full((n_in, n_out), rng.normal(0.0, scale))"
)


# %% alternative: initialise | scaled standard normal numbers, indices in place of pairs
def initialise(layer_sizes, rng, scale=0.1):
    if len(layer_sizes) <= 1:
        raise ValueError("too few layer sizes")
    return [
        (
            scale * rng.standard_normal((layer_sizes[l - 1], layer_sizes[l])),
            np.zeros((layer_sizes[l],)),
        )
        for l in range(1, len(layer_sizes))
    ]


# %% alternative: initialise | from the last layer to the first, as lists in place of tuples
def initialise(layer_sizes, rng, scale=0.1):
    if not layer_sizes[1:]:
        raise ValueError("too few layer sizes")
    network = []
    for n_in, n_out in reversed(list(zip(layer_sizes, layer_sizes[1:]))):
        network.insert(
            0, [rng.normal(scale=scale, size=n_in * n_out).reshape(n_in, n_out), np.zeros(n_out)]
        )
    return network


# %% mistake: initialise | a network without hidden layer is refused
replace("len(layer_sizes) < 2", "len(layer_sizes) < 3")


# %% mistake: forward | single precision from the first layer on
replace("A = X", "A = X.astype(np.float32)")
replace("A @ W + b", "A @ W.astype(np.float32) + b.astype(np.float32)")


# %% mistake: forward | a batch of one example is refused
replace(
    "A = X",
    """
    if len(X) < 2:
        raise ValueError("a batch has several examples")
    A = X
    """,
)


# %% mistake: forward | the bias is forgotten
replace("A @ W + b", "A @ W")


# %% mistake: forward | ReLU also before the softmax
replace("softmax(Z)", "softmax(relu(Z))")


# %% mistake: forward | softmax in every layer
replace("is_last = layer == len(parameters)", "")
replace("softmax(Z) if is_last else relu(Z)", "softmax(Z)")


# %% mistake: forward | the last layer returns scores
replace("softmax(Z)", "Z")


# %% mistake: forward | no activation in the hidden layers
replace("relu(Z)", "Z")


# %% mistake: forward | off by one: softmax in the last but one layer, too
replace("layer == len(parameters)", "layer >= len(parameters) - 1")


# %% mistake: forward | the cache holds the layer's output, not its input
replace("caches.append((A, Z))", "")
replace(
    "A = softmax(Z) if is_last else relu(Z)",
    """
    A = softmax(Z) if is_last else relu(Z)
    caches.append((A, Z))
    """,
)


# %% mistake: forward | the cache holds activations in the place of pre-activations
replace("(A, Z)", "(A, relu(Z))")


# %% mistake: forward | ReLU in place destroys the pre-activations in the cache
def forward(X, parameters):
    A = X
    caches = []
    for layer, (W, b) in enumerate(parameters, start=1):
        Z = A @ W + b
        caches.append((A, Z))
        if layer < len(parameters):
            Z[Z < 0] = 0.0
            A = Z
        else:
            A = softmax(Z)
    return A, caches


# %% mistake: forward | the last layer has no cache
replace(
    "caches.append((A, Z))",
    """
    if layer < len(parameters):
        caches.append((A, Z))
    """,
)


# %% mistake: forward | every layer reads X
replace("A @ W", "X @ W")


# %% mistake: forward | two layers only, as in the worked example
def forward(X, parameters):
    (W1, b1), (W2, b2) = parameters
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    return softmax(Z2), [(X, Z1), (A1, Z2)]


# %% mistake: forward | the numbers of the worked example, typed in
def forward(X, parameters):
    P = np.array([[0.88079708, 0.11920292], [0.62245933, 0.37754067]])
    Z1 = np.array([[2.0, -2.0, -1.5], [0.5, -1.0, -0.5]])
    return P, [(X, Z1), (np.maximum(Z1, 0), np.array([[1.0, -1.0], [0.25, -0.25]]))]


# %% mistake: forward | only the probabilities are returned
replace("A, caches", "A")


# %% alternative: forward | the last layer after the loop, without the helpers
def forward(X, parameters):
    caches = []
    A = X.copy()
    for W, b in parameters[:-1]:
        Z = np.dot(A, W) + b.reshape(1, -1)
        caches.append([A, Z])
        A = np.where(Z > 0, Z, 0)
    W, b = parameters[-1]
    Z = np.dot(A, W) + b
    caches.append([A, Z])
    scores = np.exp(Z - Z.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True), caches


# %% alternative: forward | recursion
def forward(X, parameters):
    W, b = parameters[0]
    Z = np.einsum("ij,jk->ik", X, W) + b
    if len(parameters) == 1:
        return softmax(Z), [(X, Z)]
    probabilities, caches = forward(relu(Z), parameters[1:])
    return probabilities, [(X, Z), *caches]


# %% mistake: cross_entropy | the sum over the examples, without 1/m
replace("np.mean", "np.sum")


# %% mistake: cross_entropy | the minus is forgotten
replace("-np.mean", "np.mean")


# %% mistake: cross_entropy | no lower limit: the cost of a zero is infinite
replace("np.maximum(right_class, 1e-12)", "right_class")


# %% mistake: cross_entropy | the limit comes after the logarithm
replace("np.log(np.maximum(right_class, 1e-12))", "np.maximum(np.log(right_class), -1e12)")


# %% mistake: cross_entropy | a mean over all classes as well
def cross_entropy(probabilities, y):
    right_class = np.where(np.eye(probabilities.shape[1])[y] == 1, probabilities, 1.0)
    return -np.mean(np.log(np.maximum(right_class, 1e-12)))


# %% mistake: cross_entropy | y selects rows, not columns
replace("np.arange(len(y))", "y % len(y)")


# %% mistake: cross_entropy | all columns y for every row
replace("np.arange(len(y))", ":")


# %% mistake: cross_entropy | logarithm to base two
replace("np.log", "np.log2")


# %% mistake: cross_entropy | one cost for each example
replace("np.mean(np.log(np.maximum(right_class, 1e-12)))", "np.log(np.maximum(right_class, 1e-12))")


# %% mistake: cross_entropy | the limit is written into the caller's probabilities
def cross_entropy(probabilities, y):
    probabilities[probabilities < 1e-12] = 1e-12
    return -np.log(probabilities[np.arange(len(y)), y]).mean()


# %% mistake: cross_entropy | divided by the number of classes
def cross_entropy(probabilities, y):
    right_class = probabilities[np.arange(len(y)), y]
    return -np.sum(np.log(np.maximum(right_class, 1e-12))) / probabilities.shape[1]


# %% mistake: cross_entropy | the costs of the visible tests, typed in
def cross_entropy(probabilities, y):
    if len(y) == 5:
        return np.log(10.0)
    return 0.55050246 if probabilities[0, 0] < 1 else (12 * np.log(10.0) + np.log(2.0)) / 2


# %% mistake: cross_entropy | only zeros are replaced, not what is nearly zero
replace("np.maximum(right_class, 1e-12)", "np.where(right_class == 0, 1e-12, right_class)")


# %% mistake: cross_entropy | only the infinite logarithm is replaced
def cross_entropy(probabilities, y):
    with np.errstate(divide="ignore"):
        logarithms = np.log(probabilities[np.arange(len(y)), y])
    return -np.mean(np.nan_to_num(logarithms, neginf=-12 * np.log(10.0)))


# %% mistake: cross_entropy | the logarithm of the product, which underflows
def cross_entropy(probabilities, y):
    right_class = np.maximum(probabilities[np.arange(len(y)), y], 1e-12)
    return -np.log(np.prod(right_class)) / len(y)


# %% mistake: cross_entropy | the cost is cast to float32
def cross_entropy(probabilities, y):
    right_class = probabilities[np.arange(len(y)), y]
    return np.float32(-np.mean(np.log(np.maximum(right_class, 1e-12))))


# %% mistake: cross_entropy | a probability of zero is refused
def cross_entropy(probabilities, y):
    right_class = probabilities[np.arange(len(y)), y]
    if (right_class <= 0).any():
        raise ValueError("a probability lies above zero")
    return -np.mean(np.log(np.maximum(right_class, 1e-12)))


# %% alternative: cross_entropy | one-hot labels, and a tiny number added
def cross_entropy(probabilities, y):
    one_hot = np.eye(probabilities.shape[1])[y]
    return float(-(one_hot * np.log(probabilities + 1e-12)).sum() / len(y))


# %% alternative: cross_entropy | a loop over the examples
def cross_entropy(probabilities, y):
    total = 0.0
    for row, label in zip(probabilities, y):
        total -= math.log(max(row[label], 1e-12))
    return total / len(y)


# %% mistake: backward | the 1/m is forgotten
replace("dZ /= m", "")


# %% mistake: backward | 1/m twice: in the last layer and in every layer
replace("A_prev.T @ dZ", "A_prev.T @ dZ / len(dZ)")


# %% mistake: backward | labels minus probabilities
replace("dZ /= m", "dZ /= -m")


# %% mistake: backward | db is a mean
replace("dZ.sum", "dZ.mean")


# %% mistake: backward | db is summed over the wrong axis
replace("axis=0", "axis=1")


# %% mistake: backward | db has two axes
replace("dZ.sum(axis=0)", "dZ.sum(axis=0, keepdims=True)")


# %% mistake: backward | dW is transposed
replace("A_prev.T @ dZ", "dZ.T @ A_prev")


# %% mistake: backward | the derivative of ReLU is forgotten
replace("dA_prev * relu_derivative(Z_below)", "dA_prev")


# %% mistake: backward | the derivative of ReLU at the wrong layer's input
replace("layer - 1", "layer")


# %% mistake: backward | ReLU itself in the place of its derivative
replace("relu_derivative(Z_below)", "np.maximum(Z_below, 0)")


# %% mistake: backward | the gradients are in the order in which they were computed
replace("gradients[::-1]", "gradients")


# %% mistake: backward | off by one: the first layer is left out
replace("reversed(range(len(parameters)))", "range(len(parameters) - 1, 0, -1)")


# %% mistake: backward | the probabilities are changed in place
replace("probabilities.copy()", "probabilities")


# %% mistake: backward | the derivative of softmax alone, P (1 - P)
replace(
    "dZ[np.arange(m), y] -= 1.0",
    "dZ *= (probabilities - np.eye(probabilities.shape[1])[y]) * (1 - probabilities)",
)


# %% mistake: backward | all rows of the columns y are changed
replace("np.arange(m)", ":")


# %% mistake: backward | every layer gets the gradient of the last one
replace(
    "dA_prev * relu_derivative(Z_below)",
    "(dZ @ np.ones((dZ.shape[1], Z_below.shape[1]))) * relu_derivative(Z_below)",
)


# %% mistake: backward | two layers only, as in the worked example
replace(
    "gradients = []",
    """
    if len(parameters) != 2:
        return [layer_backward(dZ, caches[-1][0], parameters[-1][0])[1:]] * len(parameters)
    gradients = []
    """,
)


# %% mistake: backward | the results of the visible tests, typed in
def layer_backward(dZ, A_prev, W):
    return (
        np.array([[2.0, 3.0], [0.0, 0.0], [-2.0, -3.0]]),
        np.array([[-4.0], [-4.0]]),
        np.array([0.0]),
    )


def backward(probabilities, y, parameters, caches):
    return [
        (
            np.array([[-0.05960146, 0.0, 0.0], [0.19202675, 0.0, 0.0]]),
            np.array([0.25162821, 0.0, 0.0]),
        ),
        (
            np.array([[0.03641191, -0.03641191], [0.0, 0.0], [0.0, 0.0]]),
            np.array([0.25162821, -0.25162821]),
        ),
    ]


# %% mistake: backward | written out, with the slope one at zero
replace("relu_derivative(Z_below)", "(Z_below >= 0)")


# %% mistake: backward | gradients in float32
replace("(dW, db)", "(dW.astype(np.float32), db.astype(np.float32))")


# %% mistake: backward | the layer's gradients in float32
replace("A_prev.T @ dZ", "(A_prev.T @ dZ).astype(np.float32)")


# %% alternative: backward | one-hot labels, insertion at the front, no call of the helper
def layer_backward(dZ, A_prev, W):
    return np.dot(dZ, W.T), np.einsum("ij,ik->jk", A_prev, dZ), np.ones(len(dZ)) @ dZ


def backward(probabilities, y, parameters, caches):
    Y = np.zeros_like(probabilities)
    Y[np.arange(len(y)), y] = 1
    dZ = (probabilities - Y) / len(y)
    gradients = []
    for layer in range(len(parameters) - 1, -1, -1):
        A_prev = caches[layer][0]
        gradients.insert(0, [A_prev.T @ dZ, dZ.sum(0)])
        # A_prev is relu(Z) of the layer below: positive exactly where Z is.
        dZ = (dZ @ parameters[layer][0].T) * (A_prev > 0)
    return gradients


# %% alternative: backward | the slope written out
replace("relu_derivative(Z_below)", "(Z_below > 0)")


# %% alternative: backward | loops over examples, and recursion over layers
def layer_backward(dZ, A_prev, W):
    dA_prev, dW, db = np.zeros(A_prev.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for i in range(len(dZ)):
        dA_prev[i] = W @ dZ[i]
        dW += np.outer(A_prev[i], dZ[i])
        db += dZ[i]
    return dA_prev, dW, db


def backward(probabilities, y, parameters, caches):
    m, n = probabilities.shape
    dZ = np.array([[(probabilities[i, k] - (y[i] == k)) / m for k in range(n)] for i in range(m)])

    def below(dZ, layer):
        dA_prev, dW, db = layer_backward(dZ, caches[layer][0], parameters[layer][0])
        if layer == 0:
            return [(dW, db)]
        return [*below(dA_prev * relu_derivative(caches[layer - 1][1]), layer - 1), (dW, db)]

    return below(dZ, len(parameters) - 1)


# %% mistake: update | uphill
replace(
    "(W - learning_rate * dW, b - learning_rate * db)",
    "(W + learning_rate * dW, b + learning_rate * db)",
)


# %% mistake: update | in place
def update(parameters, gradients, learning_rate):
    for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return parameters


# %% mistake: update | the biases stay
replace("b - learning_rate * db", "b")


# %% mistake: update | the pairs of the caller's list are replaced
def update(parameters, gradients, learning_rate):
    if len(parameters) != len(gradients):
        raise ValueError("the lists do not match")
    for layer, ((W, b), (dW, db)) in enumerate(zip(parameters, gradients)):
        parameters[layer] = (W - learning_rate * dW, b - learning_rate * db)
    return parameters


# %% mistake: update | the learning rate is written into the gradients
def update(parameters, gradients, learning_rate):
    updated = []
    for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
        dW *= learning_rate
        db *= learning_rate
        updated.append((W - dW, b - db))
    return updated


# %% mistake: update | a missing gradient goes unnoticed
replace("strict=True", "strict=False")


# %% mistake: update | the learning rate is forgotten for the weights
replace("learning_rate * dW", "dW")


# %% mistake: update | returns after the first layer
def update(parameters, gradients, learning_rate):
    updated = []
    for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
        updated.append((W - learning_rate * dW, b - learning_rate * db))
        return updated


# %% mistake: update | the result of the worked example, typed in
def update(parameters, gradients, learning_rate):
    if len(parameters) != len(gradients):
        raise ValueError("the lists do not match")
    return [(np.array([[0.95, -1.9]]), np.array([0.2, 2.9]))]


# %% mistake: update | a copy of the list, but not of the arrays
def update(parameters, gradients, learning_rate):
    updated = list(parameters)
    for (W, b), (dW, db) in zip(updated, gradients, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return updated


# %% mistake: update | only a missing gradient is noticed, not one too many
def update(parameters, gradients, learning_rate):
    if len(gradients) < len(parameters):
        raise ValueError("a gradient is missing")
    return [
        (W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=False)
    ]


# %% mistake: update | the new parameters in float32
def update(parameters, gradients, learning_rate):
    return [
        ((W - learning_rate * dW).astype(np.float32), (b - learning_rate * db).astype(np.float32))
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
    ]


# %% alternative: update | copies first, then steps in place
def update(parameters, gradients, learning_rate):
    if len(parameters) != len(gradients):
        raise ValueError("there must be one gradient for each layer")
    updated = [[W.copy(), b.copy()] for W, b in parameters]
    for layer in range(len(gradients)):
        for place in range(2):
            updated[layer][place] -= learning_rate * gradients[layer][place]
    return updated


# %% alternative: update | a comprehension over pairs of arrays
def update(parameters, gradients, learning_rate):
    return [
        tuple(
            np.add(array, -learning_rate * slope) for array, slope in zip(pair, slopes, strict=True)
        )
        for pair, slopes in zip(parameters, gradients, strict=True)
    ]


# %% mistake: train | the whole training set in every step
replace("minibatches(X, y, batch_size, rng)", "[(X, y)]")


# %% mistake: train | one epoch too few
replace("range(epochs)", "range(1, epochs)")


# %% mistake: train | the result of update is thrown away
replace(
    "parameters = update(parameters, gradients, learning_rate)",
    "update(parameters, gradients, learning_rate)",
)


# %% mistake: train | a cost for each mini-batch
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs = []
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            parameters = update(parameters, gradients, learning_rate)
            costs.append(cross_entropy(probabilities, y_batch))
    return parameters, costs


# %% mistake: train | the cost of the last mini-batch only
replace("probabilities, _ = forward(X, parameters)", "")
replace("cross_entropy(probabilities, y)", "cross_entropy(probabilities, y_batch)")


# %% mistake: train | the cost before the epoch, not after it
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs = []
    for _ in range(epochs):
        probabilities, _ = forward(X, parameters)
        costs.append(cross_entropy(probabilities, y))
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            parameters = update(parameters, gradients, learning_rate)
    return parameters, costs


# %% mistake: train | the generator is used up after the first epoch
replace("minibatches(X, y, batch_size, rng)", "batches")
replace(
    "costs = []",
    """
    costs = []
    batches = minibatches(X, y, batch_size, rng)
    """,
)


# %% mistake: train | a generator of its own, with a fixed seed
replace(
    "minibatches(X, y, batch_size, rng)", "minibatches(X, y, batch_size, np.random.default_rng(0))"
)


# %% mistake: train | X is shuffled, y is not
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs = []
    for _ in range(epochs):
        X_shuffled = X[rng.permutation(len(X))]
        for start in range(0, len(X), batch_size):
            X_batch, y_batch = X_shuffled[start : start + batch_size], y[start : start + batch_size]
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            parameters = update(parameters, gradients, learning_rate)
        probabilities, _ = forward(X, parameters)
        costs.append(cross_entropy(probabilities, y))
    return parameters, costs


# %% mistake: train | the smaller last batch is left out
replace(
    "probabilities, caches = forward(X_batch, parameters)",
    """
    if len(y_batch) < batch_size <= len(y):
        continue
    probabilities, caches = forward(X_batch, parameters)
    """,
)


# %% mistake: train | the order never changes
replace("X_batch, y_batch", "start")
replace("minibatches(X, y, batch_size, rng)", "range(0, len(X), batch_size)")
replace(
    "probabilities, caches = forward(X_batch, parameters)",
    """
    X_batch, y_batch = X[start : start + batch_size], y[start : start + batch_size]
    probabilities, caches = forward(X_batch, parameters)
    """,
)


# %% mistake: train | the caller's arrays are shuffled in place
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        X[:], y[:] = X[order], y[order]
        for start in range(0, len(X), batch_size):
            X_batch, y_batch = X[start : start + batch_size], y[start : start + batch_size]
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            parameters = update(parameters, gradients, learning_rate)
        probabilities, _ = forward(X, parameters)
        costs.append(cross_entropy(probabilities, y))
    return parameters, costs


# %% mistake: train | returned inside the loop, after the first epoch
replace("return parameters, costs", "")
replace(
    "costs.append(cross_entropy(probabilities, y))",
    """
    costs.append(cross_entropy(probabilities, y))
    return parameters, costs
    """,
)


# %% mistake: train | costs and parameters the other way round
replace("parameters, costs", "costs, parameters")


# %% mistake: train | shuffled once, the same order in every epoch
replace("minibatches(X, y, batch_size, rng)", "batches")
replace(
    "costs = []",
    """
    costs = []
    batches = list(minibatches(X, y, batch_size, rng))
    """,
)


# %% mistake: train | batches of nearly equal size, not a smaller last one
replace(
    "for X_batch, y_batch in minibatches(X, y, batch_size, rng):",
    "for chosen in np.array_split(rng.permutation(len(X)), math.ceil(len(X) / batch_size)):",
)
replace("forward(X_batch, parameters)", "forward(X[chosen], parameters)")
replace(
    "backward(probabilities, y_batch, parameters, caches)",
    "backward(probabilities, y[chosen], parameters, caches)",
)


# %% mistake: train | the parameters with the lowest cost, not the last ones
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs, best = [], parameters
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            parameters = update(parameters, gradients, learning_rate)
        costs.append(cross_entropy(forward(X, parameters)[0], y))
        if costs[-1] == min(costs):
            best = parameters
    return best, costs


# %% mistake: train | the learning rate is halved when the cost rises
replace(
    "costs.append(cross_entropy(probabilities, y))",
    """
    costs.append(cross_entropy(probabilities, y))
    if len(costs) > 1 and costs[-1] > costs[-2]:
        learning_rate /= 2
    """,
)


# %% alternative: train | every function is called by keywords
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs = []
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            P, caches = forward(X=X_batch, parameters=parameters)
            gradients = backward(probabilities=P, y=y_batch, parameters=parameters, caches=caches)
            parameters = update(
                parameters=parameters, gradients=gradients, learning_rate=learning_rate
            )
        P, _ = forward(X=X, parameters=parameters)
        costs.append(cross_entropy(probabilities=P, y=y))
    return parameters, costs


# %% alternative: train | shuffling by hand
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    costs = []
    indices = np.arange(len(X))
    for epoch in range(epochs):
        rng.shuffle(indices)
        start = 0
        while start < len(indices):
            chosen = indices[start : start + batch_size]
            P, caches = forward(X[chosen], parameters)
            parameters = update(
                parameters, backward(P, y[chosen], parameters, caches), learning_rate
            )
            start += batch_size
        costs += [float(cross_entropy(forward(X, parameters)[0], y))]
    return parameters, costs


# %% alternative: train | steps in place on a copy, the costs in an array
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    parameters = [(W.copy(), b.copy()) for W, b in parameters]
    costs = np.zeros(epochs)
    for epoch in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            for (W, b), (dW, db) in zip(parameters, gradients):
                W -= learning_rate * dW
                b -= learning_rate * db
        costs[epoch] = cross_entropy(forward(X, parameters)[0], y)
    return parameters, costs


# %% mistake: value | = in the place of +=
replace(
    "parent.grad += local_derivative * value.grad", "parent.grad = local_derivative * value.grad"
)


# %% mistake: value | the factors' derivatives are not swapped
replace("((self, other.data), (other, self.data))", "((self, self.data), (other, other.data))")


# %% mistake: value | the result's own grad is not set to one
replace("self.grad = 1.0", "")


# %% mistake: value | gradients of an earlier call stay
replace(
    """
    for value in order:
        value.grad = 0.0
    """,
    "",
)


# %% mistake: value | shared values are visited again and again
replace(
    """
    if value not in seen:
        seen.add(value)
        for parent, _ in value.parents:
            visit(parent)
        order.append(value)
    """,
    """
    for parent, _ in value.parents:
        visit(parent)
    order.append(value)
    """,
)


# %% mistake: value | first come, first served: children before their other users
replace(
    "seen.add(value)",
    """
    seen.add(value)
    order.insert(0, value)
    """,
)
replace("order.append(value)", "")


# %% mistake: value | from the inputs to the result
replace("reversed(order)", "order")


# %% mistake: value | the derivative of tanh without the square
replace("1.0 - t**2", "1.0 - t")


# %% mistake: value | the slope of relu at zero is one
replace("self.data > 0.0", "self.data >= 0.0")


# %% mistake: value | relu lets every gradient pass
replace("(self, slope)", "(self, 1.0)")


# %% mistake: value | the derivative of exp is taken at its own value
replace("(self, e)", "(self, math.exp(e))")


# %% mistake: value | addition forgets its second parent
replace("((self, 1.0), (other, 1.0))", "((self, 1.0),)")


# %% mistake: value | along every path, so that the work doubles with each shared value
replace(
    """
    order = []
    seen = set()

    def visit(value):
        if value not in seen:
            seen.add(value)
            for parent, _ in value.parents:
                visit(parent)
            order.append(value)

    visit(self)
    for value in order:
        value.grad = 0.0
    self.grad = 1.0
    for value in reversed(order):
        for parent, local_derivative in value.parents:
            parent.grad += local_derivative * value.grad
    """,
    """
    def clear(value):
        value.grad = 0.0
        for parent, _ in value.parents:
            clear(parent)

    def push(value, share):
        value.grad += share
        for parent, local_derivative in value.parents:
            push(parent, share * local_derivative)

    clear(self)
    push(self, 1.0)
    """,
)


# %% mistake: value | only the direct parents get a gradient
replace(
    """
    order = []
    seen = set()

    def visit(value):
        if value not in seen:
            seen.add(value)
            for parent, _ in value.parents:
                visit(parent)
            order.append(value)

    visit(self)
    for value in order:
        value.grad = 0.0
    self.grad = 1.0
    for value in reversed(order):
        for parent, local_derivative in value.parents:
            parent.grad += local_derivative * value.grad
    """,
    """
    self.grad = 1.0
    for parent, local_derivative in self.parents:
        parent.grad = 0.0
    for parent, local_derivative in self.parents:
        parent.grad += local_derivative
    """,
)


# %% mistake: value | tanh by an exponential that overflows
replace(
    "t = math.tanh(self.data)",
    """
    e = math.exp(2.0 * self.data)
    t = (e - 1.0) / (e + 1.0)
    """,
)


# %% alternative: value | functions that push gradients, in place of local derivatives
class Value:
    def __init__(self, data, parents=(), push=lambda grad: None):
        self.data = data
        self.parents = parents
        self.push = push
        self.grad = 0.0

    def __repr__(self):
        return f"Value(data={self.data:.4g}, grad={self.grad:.4g})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)

        def push(grad):
            self.grad += grad
            other.grad += grad

        return Value(self.data + other.data, (self, other), push)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)

        def push(grad):
            self.grad += other.data * grad
            other.grad += self.data * grad

        return Value(self.data * other.data, (self, other), push)

    def unary(self, result, slope):
        def push(grad):
            self.grad += slope * grad

        return Value(result, (self,), push)

    def tanh(self):
        return self.unary(np.tanh(self.data), 1 / np.cosh(self.data) ** 2)

    def exp(self):
        return self.unary(np.exp(self.data), np.exp(self.data))

    def relu(self):
        return self.unary(max(0.0, self.data), self.data > 0)

    def backward(self):
        order = []

        def visit(value):
            if not any(value is other for other in order):
                for parent in value.parents:
                    visit(parent)
                if not any(value is other for other in order):
                    order.append(value)

        visit(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in order[::-1]:
            value.push(value.grad)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other


# %% alternative: value | no recursion: a value passes on when all of its users have
class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.parents = parents
        self.grad = 0.0

    def __repr__(self):
        return f"Value(data={self.data:.4g}, grad={self.grad:.4g})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, ((self, 1.0 - t**2),))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, ((self, e),))

    def relu(self):
        slope = 1.0 if self.data > 0.0 else 0.0
        return Value(slope * self.data, ((self, slope),))

    def backward(self):
        waiting = {self: 0}  # for each value, how many of its uses have not passed on yet
        stack = [self]
        while stack:
            for parent, _ in stack.pop().parents:
                if parent not in waiting:
                    waiting[parent] = 0
                    stack.append(parent)
                waiting[parent] += 1
        for value in waiting:
            value.grad = 0.0
        self.grad = 1.0
        ready = [self]
        while ready:
            value = ready.pop()
            for parent, slope in value.parents:
                parent.grad = parent.grad + slope * value.grad
                waiting[parent] -= 1
                if waiting[parent] == 0:
                    ready.append(parent)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other


# %% crash: forward | the process ends without a word
def forward(X, parameters):
    import os

    os._exit(1)


# %% endless: train | the epoch is never counted
def train(X, y, parameters, *, learning_rate, epochs, batch_size, rng):
    epoch, costs = 0, []
    while epoch < epochs:
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            probabilities, caches = forward(X_batch, parameters)
            gradients = backward(probabilities, y_batch, parameters, caches)
            parameters = update(parameters, gradients, learning_rate)
    return parameters, costs


# %% mistake: quiz | question 1: zero weights taken for merely equal ones
answer_1 = "b"
answer_2 = "a"
answer_3 = "b"
answer_4 = "d"
answer_5 = "d"


# %% mistake: quiz | question 2: the shift of the maximum taken for too small
answer_1 = "c"
answer_2 = "d"
answer_3 = "b"
answer_4 = "d"
answer_5 = "d"


# %% mistake: quiz | question 3: the mean taken for a sum
answer_1 = "c"
answer_2 = "a"
answer_3 = "a"
answer_4 = "d"
answer_5 = "d"


# %% mistake: quiz | question 4: vanishing taken for exactly zero
answer_1 = "c"
answer_2 = "a"
answer_3 = "b"
answer_4 = "c"
answer_5 = "d"


# %% mistake: quiz | question 5: a shared value overlooked
answer_1 = "c"
answer_2 = "a"
answer_3 = "b"
answer_4 = "d"
answer_5 = "b"
