"""Wrong and unusual right answers of week 5, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: activations | the formula as it stands in the book, which overflows
# hint: where does your formula take the exponential of a large positive number?
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-Z))")


# %% mistake: activations | the sign of the exponent is lost
# hint: does your sigmoid rise or fall with z? compare its values at -2 and at 3
replace("np.logaddexp(0.0, -Z)", "np.logaddexp(0.0, Z)")


# %% mistake: activations | np.where computes the branch that overflows, too
# hint: np.where computes both of its branches before it chooses: what does each do at ±1000?
replace(
    "np.exp(-np.logaddexp(0.0, -Z))",
    "np.where(Z >= 0, 1 / (1 + np.exp(-Z)), np.exp(Z) / (1 + np.exp(Z)))",
)


# %% mistake: activations | inputs are clipped so early that it shows
# hint: sigmoid(-1000) is 0 to four hundred digits: at which z does your clipping set in?
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-np.clip(Z, -10, 10)))")


# %% alternative: activations | inputs are clipped where it no longer matters
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-np.clip(Z, -500, 500)))")


# %% mistake: activations | the derivative takes activations in the place of pre-activations
# hint: sigmoid_derivative gets pre-activations: is σ(z) in your slope, or z itself?
replace("A = sigmoid(Z)", "")
replace("A * (1.0 - A)", "Z * (1.0 - Z)")


# %% mistake: activations | relu writes into its input
# hint: what does Z hold after a call of relu?
replace(
    "return np.maximum(Z, 0.0)",
    """
    Z[Z < 0] = 0.0
    return Z
    """,
)


# %% mistake: activations | relu keeps the absolute value
# hint: what should relu make of -2? look at the case z < 0
replace("np.maximum(Z, 0.0)", "np.abs(Z)")


# %% mistake: activations | a leaky relu
# hint: a small slope is left on the negative side: what is max(z, 0) for z = -2?
replace("np.maximum(Z, 0.0)", "np.where(Z > 0, Z, 0.01 * Z)")


# %% mistake: activations | the slope of relu at zero is one
# hint: which slope do we take at the corner, where z is exactly 0?
replace("Z > 0.0", "Z >= 0.0")


# %% mistake: activations | relu_derivative returns relu's values
# hint: at z = 3, what is the value of ReLU and what is its slope?
replace("np.where(Z > 0.0, 1.0, 0.0)", "np.where(Z > 0.0, Z, 0.0)")


# %% mistake: activations | the values of the visible tests, typed in
# hint: your answer knows the visible examples only: try other inputs
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
# hint: what does a call of sigmoid give back? what is printed is not yet returned
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
# hint: compare sigmoid(-25) with sigmoid(-40): your clipping sets in where it still shows
replace("np.exp(-np.logaddexp(0.0, -Z))", "1 / (1 + np.exp(-np.clip(Z, -20, 20)))")


# %% mistake: activations | half of the digits are thrown away
# hint: look at the dtype of your results: Returns asks for float64
replace(
    "np.exp(-np.logaddexp(0.0, -Z))",
    "(1 / (1 + np.exp(-np.clip(Z, -500, 500)))).astype(np.float32)",
)
replace("np.maximum(Z, 0.0)", "np.maximum(Z, 0.0).astype(np.float32)")


# %% mistake: softmax | no shift: large scores overflow
# hint: what becomes of the exponential of 1000? one number added to a whole row cancels
replace("Z - Z.max(axis=1, keepdims=True)", "Z")


# %% mistake: softmax | normalised over the examples, not over the classes
# hint: which sums are one in your result, those of the rows or those of the columns?
replace("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum(axis=0)")


# %% mistake: softmax | the shift belongs to the columns
# hint: one number shifts all scores of a row: do yours get the same one?
replace("Z.max(axis=1, keepdims=True)", "Z.max(axis=0)")


# %% mistake: softmax | one shift for the whole matrix: rows far below it become 0 / 0
# hint: what becomes of a row whose scores all lie thousands below those of another row?
replace("Z.max(axis=1, keepdims=True)", "Z.max()")


# %% mistake: softmax | divided by the sum of everything
# hint: what does each row of your result sum to, and what the whole matrix?
replace("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum()")


# %% mistake: softmax | the shift is subtracted in place
# hint: what does Z hold after the call?
def softmax(Z):
    Z -= Z.max(axis=1, keepdims=True)
    exponentials = np.exp(Z)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# %% mistake: softmax | the sums lose their axis
# hint: what is the shape of your row sums? NumPy lines up (m,) with the columns of (m, n)
replace("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum(axis=1)")


# %% mistake: softmax | the mean in place of the maximum: half of the scores stay positive
# hint: how far above the mean can the largest score of a row lie, and what is its exponential?
replace("Z.max", "Z.mean")


# %% mistake: softmax | scores are clipped, which changes them
# hint: your clipping makes 600 and 900 the same score: are they equally likely?
replace("Z - Z.max(axis=1, keepdims=True)", "np.clip(Z, -500, 500)")


# %% mistake: softmax | the values of the visible tests, typed in
# hint: your answer knows the visible examples only: try other inputs
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
# hint: look at the dtype of your probabilities: Returns asks for float64
def softmax(Z):
    exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


# %% mistake: initialise | whole numbers as biases
# hint: look at the dtype of b: Returns asks for float64, for W and for b
replace("np.zeros(n_out)", "np.zeros(n_out, dtype=int)")


# %% mistake: initialise | W is transposed, as PyTorch stores it
# hint: compare the shape of W1 with (n_0, n_1): which size belongs to the rows?
replace("(n_in, n_out)", "(n_out, n_in)")


# %% mistake: initialise | all weights zero
# hint: what is the deviation of your weights? units that compute the same stay copies
replace("rng.normal(0.0, scale, size=(n_in, n_out))", "np.zeros((n_in, n_out))")


# %% mistake: initialise | uniform numbers from 0 to 1
# hint: what is the mean of your weights? normal numbers around 0 have both signs
replace("rng.normal(0.0, scale, size=(n_in, n_out))", "scale * rng.random((n_in, n_out))")


# %% mistake: initialise | uniform between -scale and scale
# hint: how many of your weights lie beyond ±scale? about a third should
replace(
    "rng.normal(0.0, scale, size=(n_in, n_out))", "rng.uniform(-scale, scale, size=(n_in, n_out))"
)


# %% mistake: initialise | scale is taken for the variance
# hint: your W.std() is the root of scale: is scale the variance or the standard deviation?
replace(
    "rng.normal(0.0, scale, size=(n_in, n_out))",
    "rng.normal(0.0, np.sqrt(scale), size=(n_in, n_out))",
)


# %% mistake: initialise | scale is ignored
# hint: call it with scale 1 and with scale 0.01: does W.std() follow?
replace("rng.normal(0.0, scale, size=(n_in, n_out))", "rng.normal(0.0, 0.1, size=(n_in, n_out))")


# %% mistake: initialise | the global generator in place of rng
# hint: two generators with the same seed must give the same W: where do your numbers come from?
replace("rng.normal", "np.random.normal")


# %% mistake: initialise | a generator with a fixed seed in every layer
# hint: why do two layers of the same size get the same weights, whatever rng is passed?
replace("rng.normal", "np.random.default_rng(0).normal")


# %% mistake: initialise | random biases
# hint: look at b before training: at which value do biases start?
replace("np.zeros(n_out)", "rng.normal(0.0, scale, size=n_out)")


# %% mistake: initialise | biases with two axes
# hint: compare the shape of b with (n_out,): how many axes does it have?
replace("np.zeros(n_out)", "np.zeros((n_out, 1))")


# %% mistake: initialise | the last layer is missing
# hint: [4, 3, 2] has two pairs of neighbours: how many pairs come back, and which is missing?
replace("pairwise(layer_sizes)", "pairwise(layer_sizes[:-1])")


# %% mistake: initialise | too few sizes give an empty network in silence
# hint: what comes back for a list with one size? read Raises
def initialise(layer_sizes, rng, scale=0.1):
    parameters = []
    for n_in, n_out in pairwise(layer_sizes):
        W = rng.normal(0.0, scale, size=(n_in, n_out))
        b = np.zeros(n_out)
        parameters.append((W, b))
    return parameters


# %% mistake: initialise | the shapes of the visible test, typed in
# hint: your answer knows the visible examples only: try other layer sizes
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
# hint: how many different numbers stand in W1? units that compute the same stay copies
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
# hint: are inputs and outputs alone a network, as in [64, 10]? read Raises
replace("len(layer_sizes) < 2", "len(layer_sizes) < 3")


# %% mistake: forward | single precision from the first layer on
# hint: look at the dtype of Z and of the probabilities: X and the parameters are float64
replace("A = X", "A = X.astype(np.float32)")
replace("A @ W + b", "A @ W.astype(np.float32) + b.astype(np.float32)")


# %% mistake: forward | a batch of one example is refused
# hint: is there a formula in this exercise that needs more than one example?
replace(
    "A = X",
    """
    if len(X) < 2:
        raise ValueError("a batch has several examples")
    A = X
    """,
)


# %% mistake: forward | the bias is forgotten
# hint: put in an X of zeros: what is Z of the first layer then?
replace("A @ W + b", "A @ W")


# %% mistake: forward | ReLU also before the softmax
# hint: which numbers go into your softmax? a score below zero counts as it is
replace("softmax(Z)", "softmax(relu(Z))")


# %% mistake: forward | softmax in every layer
# hint: which activation belongs to a hidden layer? look at the case l < L
replace("is_last = layer == len(parameters)", "")
replace("softmax(Z) if is_last else relu(Z)", "softmax(Z)")


# %% mistake: forward | the last layer returns scores
# hint: what does each row of your result sum to? look at the formula of the last layer
replace("softmax(Z)", "Z")


# %% mistake: forward | no activation in the hidden layers
# hint: Z2 of the worked example is right only if A1 is: what lies between Z1 and A1?
replace("relu(Z)", "Z")


# %% mistake: forward | off by one: softmax in the last but one layer, too
# hint: print the activation of each layer for a network of three: where does softmax begin?
replace("layer == len(parameters)", "layer >= len(parameters) - 1")


# %% mistake: forward | the cache holds the layer's output, not its input
# hint: a cache holds what came into its layer: what stands first in the cache of layer 1?
replace("caches.append((A, Z))", "")
replace(
    "A = softmax(Z) if is_last else relu(Z)",
    """
    A = softmax(Z) if is_last else relu(Z)
    caches.append((A, Z))
    """,
)


# %% mistake: forward | the cache holds activations in the place of pre-activations
# hint: does your cached Z hold a negative number? that of the worked example does
replace("(A, Z)", "(A, relu(Z))")


# %% mistake: forward | ReLU in place destroys the pre-activations in the cache
# hint: does Z change after it went into the cache? an array can be changed by its other name
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
# hint: how many caches come back for two layers? the last layer needs its pair as well
replace(
    "caches.append((A, Z))",
    """
    if layer < len(parameters):
        caches.append((A, Z))
    """,
)


# %% mistake: forward | every layer reads X
# hint: what goes into the second layer? compare the shapes of X and of W2
replace("A @ W", "X @ W")


# %% mistake: forward | two layers only, as in the worked example
# hint: your answer knows networks of two layers only: try one layer, and four
def forward(X, parameters):
    (W1, b1), (W2, b2) = parameters
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    return softmax(Z2), [(X, Z1), (A1, Z2)]


# %% mistake: forward | the numbers of the worked example, typed in
# hint: your answer knows the worked example only: try other inputs
def forward(X, parameters):
    P = np.array([[0.88079708, 0.11920292], [0.62245933, 0.37754067]])
    Z1 = np.array([[2.0, -2.0, -1.5], [0.5, -1.0, -0.5]])
    return P, [(X, Z1), (np.maximum(Z1, 0), np.array([[1.0, -1.0], [0.25, -0.25]]))]


# %% mistake: forward | only the probabilities are returned
# hint: how many results come back? read Returns
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
# hint: take every example twice: should a mean change?
replace("np.mean", "np.sum")


# %% mistake: cross_entropy | the minus is forgotten
# hint: the logarithm of a probability is never above zero: what is the sign of a cost?
replace("-np.mean", "np.mean")


# %% mistake: cross_entropy | no lower limit: the cost of a zero is infinite
# hint: what does a probability of 0 cost in your code? read what it counts as
replace("np.maximum(right_class, 1e-12)", "right_class")


# %% mistake: cross_entropy | the limit comes after the logarithm
# hint: your limit acts on the logarithm: a 0 counts as 1e-12, so what should it cost?
replace("np.log(np.maximum(right_class, 1e-12))", "np.maximum(np.log(right_class), -1e12)")


# %% mistake: cross_entropy | a mean over all classes as well
# hint: by how many numbers do you divide? one probability of each example counts
def cross_entropy(probabilities, y):
    right_class = np.where(np.eye(probabilities.shape[1])[y] == 1, probabilities, 1.0)
    return -np.mean(np.log(np.maximum(right_class, 1e-12)))


# %% mistake: cross_entropy | y selects rows, not columns
# hint: in which row do you look for the probability of example i?
replace("np.arange(len(y))", "y % len(y)")


# %% mistake: cross_entropy | all columns y for every row
# hint: how many probabilities do you pick for m examples, m or m times m?
replace("np.arange(len(y))", ":")


# %% mistake: cross_entropy | logarithm to base two
# hint: knowing nothing about ten classes costs 2.303: what is the base of your logarithm?
replace("np.log", "np.log2")


# %% mistake: cross_entropy | one cost for each example
# hint: what is the shape of your cost? it is a single number for the whole batch
replace("np.mean(np.log(np.maximum(right_class, 1e-12)))", "np.log(np.maximum(right_class, 1e-12))")


# %% mistake: cross_entropy | the limit is written into the caller's probabilities
# hint: what does probabilities hold after the call?
def cross_entropy(probabilities, y):
    probabilities[probabilities < 1e-12] = 1e-12
    return -np.log(probabilities[np.arange(len(y)), y]).mean()


# %% mistake: cross_entropy | divided by the number of classes
# hint: take more examples than classes: by which of the two numbers do you divide?
def cross_entropy(probabilities, y):
    right_class = probabilities[np.arange(len(y)), y]
    return -np.sum(np.log(np.maximum(right_class, 1e-12))) / probabilities.shape[1]


# %% mistake: cross_entropy | the costs of the visible tests, typed in
# hint: your answer knows the visible examples only: try other inputs
def cross_entropy(probabilities, y):
    if len(y) == 5:
        return np.log(10.0)
    return 0.55050246 if probabilities[0, 0] < 1 else (12 * np.log(10.0) + np.log(2.0)) / 2


# %% mistake: cross_entropy | only zeros are replaced, not what is nearly zero
# hint: which costs more in your code, a probability of 1e-20 or one of 0?
replace("np.maximum(right_class, 1e-12)", "np.where(right_class == 0, 1e-12, right_class)")


# %% mistake: cross_entropy | only the infinite logarithm is replaced
# hint: your limit acts where the logarithm is infinite only: what does 1e-20 cost?
def cross_entropy(probabilities, y):
    with np.errstate(divide="ignore"):
        logarithms = np.log(probabilities[np.arange(len(y)), y])
    return -np.mean(np.nan_to_num(logarithms, neginf=-12 * np.log(10.0)))


# %% mistake: cross_entropy | the logarithm of the product, which underflows
# hint: what is the product of a thousand probabilities of 0.1, as a floating-point number?
def cross_entropy(probabilities, y):
    right_class = np.maximum(probabilities[np.arange(len(y)), y], 1e-12)
    return -np.log(np.prod(right_class)) / len(y)


# %% mistake: cross_entropy | the cost is cast to float32
# hint: look at the dtype of the cost: the probabilities are float64
def cross_entropy(probabilities, y):
    right_class = probabilities[np.arange(len(y)), y]
    return np.float32(-np.mean(np.log(np.maximum(right_class, 1e-12))))


# %% mistake: cross_entropy | a probability of zero is refused
# hint: is a probability of 0 an error here? read what it counts as
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
# hint: take every example twice: should the gradient of a mean double?
replace("dZ /= m", "")


# %% mistake: backward | 1/m twice: in the last layer and in every layer
# hint: how often do you divide by m? the mean is inside dZ before the first layer_backward
replace("A_prev.T @ dZ", "A_prev.T @ dZ / len(dZ)")


# %% mistake: backward | labels minus probabilities
# hint: what sign does dZ2 have for the right class, in the worked example and in yours?
replace("dZ /= m", "dZ /= -m")


# %% mistake: backward | db is a mean
# hint: does db add up the examples or average them? the mean is already inside dZ
replace("dZ.sum", "dZ.mean")


# %% mistake: backward | db is summed over the wrong axis
# hint: compare the shape of your db with that of b: over which axis do you sum?
replace("axis=0", "axis=1")


# %% mistake: backward | db has two axes
# hint: compare the shape of your db with (n_out,): how many axes does it have?
replace("dZ.sum(axis=0)", "dZ.sum(axis=0, keepdims=True)")


# %% mistake: backward | dW is transposed
# hint: compare the shape of dW with that of W, for sizes that all differ
replace("A_prev.T @ dZ", "dZ.T @ A_prev")


# %% mistake: backward | the derivative of ReLU is forgotten
# hint: units 2 and 3 of the small network were silent: what reaches their weights?
replace("dA_prev * relu_derivative(Z_below)", "dA_prev")


# %% mistake: backward | the derivative of ReLU at the wrong layer's input
# hint: compare the shape of dA_prev with that of the Z beside it: do they belong to one layer?
replace("layer - 1", "layer")


# %% mistake: backward | ReLU itself in the place of its derivative
# hint: by what do you multiply dA_prev where Z is 2? what is the slope of ReLU there?
replace("relu_derivative(Z_below)", "np.maximum(Z_below, 0)")


# %% mistake: backward | the gradients are in the order in which they were computed
# hint: which layer does the first pair of your list belong to? compare its shapes with W1
replace("gradients[::-1]", "gradients")


# %% mistake: backward | off by one: the first layer is left out
# hint: how many pairs come back for two layers, and which layer is missing?
replace("reversed(range(len(parameters)))", "range(len(parameters) - 1, 0, -1)")


# %% mistake: backward | the probabilities are changed in place
# hint: what does probabilities hold after the call?
replace("probabilities.copy()", "probabilities")


# %% mistake: backward | the factor P (1 - P) of softmax is left in
# hint: softmax and cross-entropy together: is a factor P (1 - P) left in dZ of the last layer?
replace(
    "dZ[np.arange(m), y] -= 1.0",
    "dZ *= (probabilities - np.eye(probabilities.shape[1])[y]) * (1 - probabilities)",
)


# %% mistake: backward | all rows of the columns y are changed
# hint: how many elements of each row are smaller in P - Y than in P?
replace("np.arange(m)", ":")


# %% mistake: backward | every layer gets the gradient of the last one
# hint: which weights does dZ meet on its way to the layer below?
replace(
    "dA_prev * relu_derivative(Z_below)",
    "(dZ @ np.ones((dZ.shape[1], Z_below.shape[1]))) * relu_derivative(Z_below)",
)


# %% mistake: backward | two layers only, as in the worked example
# hint: your answer knows networks of two layers only: try one layer, and three
replace(
    "gradients = []",
    """
    if len(parameters) != 2:
        return [layer_backward(dZ, caches[-1][0], parameters[-1][0])[1:]] * len(parameters)
    gradients = []
    """,
)


# %% mistake: backward | the results of the visible tests, typed in
# hint: your answer knows the visible examples only: try other inputs
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
# hint: which slope do we take where Z is exactly 0?
replace("relu_derivative(Z_below)", "(Z_below >= 0)")


# %% mistake: backward | gradients in float32
# hint: look at the dtype of the pairs that come back: what comes in is float64
replace("(dW, db)", "(dW.astype(np.float32), db.astype(np.float32))")


# %% mistake: backward | the layer's gradients in float32
# hint: look at the dtype of dW in layer_backward: what comes in is float64
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
# hint: the gradient points uphill: in which direction do your parameters go?
replace(
    "(W - learning_rate * dW, b - learning_rate * db)",
    "(W + learning_rate * dW, b + learning_rate * db)",
)


# %% mistake: update | in place
# hint: what do the caller's W and b hold after the call?
def update(parameters, gradients, learning_rate):
    for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return parameters


# %% mistake: update | the biases stay
# hint: compare b before and after the step: two formulas stand in the exercise
replace("b - learning_rate * db", "b")


# %% mistake: update | the pairs of the caller's list are replaced
# hint: what does the caller's list hold after the call, the old arrays or new ones?
def update(parameters, gradients, learning_rate):
    if len(parameters) != len(gradients):
        raise ValueError("the lists do not match")
    for layer, ((W, b), (dW, db)) in enumerate(zip(parameters, gradients)):
        parameters[layer] = (W - learning_rate * dW, b - learning_rate * db)
    return parameters


# %% mistake: update | the learning rate is written into the gradients
# hint: what do the caller's dW and db hold after the call?
def update(parameters, gradients, learning_rate):
    updated = []
    for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
        dW *= learning_rate
        db *= learning_rate
        updated.append((W - dW, b - db))
    return updated


# %% mistake: update | a missing gradient goes unnoticed
# hint: what should happen with two layers and only one gradient? read Raises
replace("strict=True", "strict=False")


# %% mistake: update | the learning rate is forgotten for the weights
# hint: double the learning rate: does the step of W double, as that of b does?
replace("learning_rate * dW", "dW")


# %% mistake: update | returns after the first layer
# hint: how many pairs come back for a network of three layers?
def update(parameters, gradients, learning_rate):
    updated = []
    for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
        updated.append((W - learning_rate * dW, b - learning_rate * db))
        return updated


# %% mistake: update | the result of the worked example, typed in
# hint: your answer knows the worked example only: try other inputs
def update(parameters, gradients, learning_rate):
    if len(parameters) != len(gradients):
        raise ValueError("the lists do not match")
    return [(np.array([[0.95, -1.9]]), np.array([0.2, 2.9]))]


# %% mistake: update | a copy of the list, but not of the arrays
# hint: your list is new: are the arrays in it new as well?
def update(parameters, gradients, learning_rate):
    updated = list(parameters)
    for (W, b), (dW, db) in zip(updated, gradients, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return updated


# %% mistake: update | only a missing gradient is noticed, not one too many
# hint: which of the two lists may be the longer one? try one gradient too many
def update(parameters, gradients, learning_rate):
    if len(gradients) < len(parameters):
        raise ValueError("a gradient is missing")
    return [
        (W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=False)
    ]


# %% mistake: update | the new parameters in float32
# hint: look at the dtype of the new parameters: what comes in is float64
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
# hint: how many steps does your epoch make for 10 examples in batches of 4?
replace("minibatches(X, y, batch_size, rng)", "[(X, y)]")


# %% mistake: train | one epoch too few
# hint: how many costs come back for epochs=3?
replace("range(epochs)", "range(1, epochs)")


# %% mistake: train | the result of update is thrown away
# hint: do the parameters differ from the start after an epoch? where does each step end up?
replace(
    "parameters = update(parameters, gradients, learning_rate)",
    "update(parameters, gradients, learning_rate)",
)


# %% mistake: train | a cost for each mini-batch
# hint: how many costs come back, one for each epoch or one for each step?
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
# hint: whose cost do you write down: that of all of X, or that of the last few examples?
replace("probabilities, _ = forward(X, parameters)", "")
replace("cross_entropy(probabilities, y)", "cross_entropy(probabilities, y_batch)")


# %% mistake: train | the cost before the epoch, not after it
# hint: is your first cost the one before any step was made? read when it is computed
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
# hint: in which epochs do your parameters move? a generator is used up after one pass
replace("minibatches(X, y, batch_size, rng)", "batches")
replace(
    "costs = []",
    """
    costs = []
    batches = minibatches(X, y, batch_size, rng)
    """,
)


# %% mistake: train | a generator of its own, with a fixed seed
# hint: pass two different generators: do they give two orders of the examples?
replace(
    "minibatches(X, y, batch_size, rng)", "minibatches(X, y, batch_size, np.random.default_rng(0))"
)


# %% mistake: train | X is shuffled, y is not
# hint: is each example still beside its own label after you have shuffled?
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
# hint: how many of 10 examples does your epoch use in batches of 4?
replace(
    "probabilities, caches = forward(X_batch, parameters)",
    """
    if len(y_batch) < batch_size <= len(y):
        continue
    probabilities, caches = forward(X_batch, parameters)
    """,
)


# %% mistake: train | the order never changes
# hint: write down the order of the examples in two epochs: what does rng change in it?
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
# hint: what do the caller's X and y hold after the training?
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
# hint: after how many epochs does your function come back?
replace("return parameters, costs", "")
replace(
    "costs.append(cross_entropy(probabilities, y))",
    """
    costs.append(cross_entropy(probabilities, y))
    return parameters, costs
    """,
)


# %% mistake: train | costs and parameters the other way round
# hint: which result comes first? compare the order with Returns
replace("parameters, costs", "costs, parameters")


# %% mistake: train | shuffled once, the same order in every epoch
# hint: write down the order of the examples in two epochs: when do you shuffle?
replace("minibatches(X, y, batch_size, rng)", "batches")
replace(
    "costs = []",
    """
    costs = []
    batches = list(minibatches(X, y, batch_size, rng))
    """,
)


# %% mistake: train | batches of nearly equal size, not a smaller last one
# hint: which sizes do your batches of 10 examples have? the worked example has 4, 4 and 2
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
# hint: which parameters do you return if the cost rises in the last epoch?
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
# hint: write down the learning rate of each step: is it the one that was passed?
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
# hint: a value is used twice: what becomes of the first share when the second one arrives?
replace(
    "parent.grad += local_derivative * value.grad", "parent.grad = local_derivative * value.grad"
)


# %% mistake: value | the factors' derivatives are not swapped
# hint: how fast does a * b change if only a moves? try a = 2, b = -3
replace("((self, other.data), (other, self.data))", "((self, self.data), (other, other.data))")


# %% mistake: value | the result's own grad is not set to one
# hint: how fast does the result change with itself? that is where backward begins
replace("self.grad = 1.0", "")


# %% mistake: value | gradients of an earlier call stay
# hint: call backward twice: are the gradients the same after the second call?
replace(
    """
    for value in order:
        value.grad = 0.0
    """,
    "",
)


# %% mistake: value | shared values are visited again and again
# hint: how often does a value that is used twice stand in your order?
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


# %% mistake: value | first come, first served: parents before their other users
# hint: is everything computed from a value dealt with before its own turn comes?
replace(
    "seen.add(value)",
    """
    seen.add(value)
    order.insert(0, value)
    """,
)
replace("order.append(value)", "")


# %% mistake: value | from the inputs to the result
# hint: which grad is known at the beginning? go through the list from there
replace("reversed(order)", "order")


# %% mistake: value | the derivative of tanh without the square
# hint: what is the slope of tanh far to the left, where it is flat? yours is 2 there
replace("1.0 - t**2", "1.0 - t")


# %% mistake: value | the slope of relu at zero is one
# hint: which local derivative does the table give relu at u = 0?
replace("self.data > 0.0", "self.data >= 0.0")


# %% mistake: value | relu lets every gradient pass
# hint: what flows back through relu where u is negative?
replace("(self, slope)", "(self, 1.0)")


# %% mistake: value | the derivative of exp is taken at its own value
# hint: at which number do you take the exponential in the slope: at u, or at e**u?
replace("(self, e)", "(self, math.exp(e))")


# %% mistake: value | addition forgets its second parent
# hint: how many numbers was a + b computed from? compare with the tuple of parents
replace("((self, 1.0), (other, 1.0))", "((self, 1.0),)")


# %% mistake: value | along every path, so that the work doubles with each shared value
# hint: many paths lead to one value: how often do you deal with it? once is enough
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
# hint: in exp(tanh(a)), what is the grad of a? it is no direct parent of the result
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
# hint: try tanh of 1000: which of your intermediate results overflows?
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
# hint: question 1: read section 15 of the lesson again, "Symmetry": why are zeros worse?
answer_1 = "b"
answer_2 = "a"
answer_3 = "b"
answer_4 = "d"
answer_5 = "d"


# %% mistake: quiz | question 2: the shift of the maximum taken for too small
# hint: question 2: read section 6 of the lesson again: can a shifted exponential exceed 1?
answer_1 = "c"
answer_2 = "d"
answer_3 = "b"
answer_4 = "d"
answer_5 = "d"


# %% mistake: quiz | question 3: the mean taken for a sum
# hint: question 3: read section 8 of the lesson again: what does the 1/m do when m doubles?
answer_1 = "c"
answer_2 = "a"
answer_3 = "a"
answer_4 = "d"
answer_5 = "d"


# %% mistake: quiz | question 4: vanishing taken for exactly zero
# hint: question 4: read section 15 of the lesson again, "Vanishing gradients": is σ' ever 0?
answer_1 = "c"
answer_2 = "a"
answer_3 = "b"
answer_4 = "c"
answer_5 = "d"


# %% mistake: quiz | question 5: a shared value overlooked
# hint: question 5: read section 7 of the lesson again, "When a value is used twice"
answer_1 = "c"
answer_2 = "a"
answer_3 = "b"
answer_4 = "d"
answer_5 = "b"
