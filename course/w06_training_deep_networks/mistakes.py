"""Wrong and unusual right answers of week 6, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""


# %% mistake: he_initialise | the variance is taken for the standard deviation
# hint: W1 with 200 inputs should have a deviation of 0.1: is yours, 0.01, the variance?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain**2 / fan_in, size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | fan-out in the place of fan-in
# hint: on which size of W does your deviation depend, on its rows or on its columns?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt(fan_out), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | Xavier's mean of fan-in and fan-out
# hint: what does a unit add up? does the number of outputs stand in Var(z)?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt((fan_in + fan_out) / 2), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | the gain is ignored
# hint: call it with gain 1 and with the default: does W1.std() change?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, math.sqrt(2.0 / fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | the gain is put under the root
# hint: call it with gain 1 and with gain 4: by which factor should the deviation grow?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, math.sqrt(gain / fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | multiplied by the root of fan-in
# hint: should a layer with more inputs get larger weights or smaller ones?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain * math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | uniform numbers with that bound
# hint: how many of your weights lie beyond gain / sqrt(n_in)? about a third should
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.uniform(-1.0, 1.0, size=(fan_in, fan_out)) * gain / math.sqrt(fan_in)
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | W is transposed, as PyTorch stores it
# hint: compare the shape of W1 with (n_in, n_out): which size belongs to the rows?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt(fan_in), size=(fan_out, fan_in))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | the global generator in place of rng
# hint: two generators with the same seed must give the same W1: where do your numbers come from?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = np.random.normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | a fixed seed in every layer
# hint: why do two layers of the same size get the same weights, whatever rng is passed?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = np.random.default_rng(0).normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | layers are counted from 0
# hint: which names come back for [6, 4, 3]? compare them with the worked example
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=0):
        W = rng.normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | biases are a row with two axes
# hint: compare the shape of b1 with (n_out,): how many axes does it have?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros((1, fan_out))
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | random biases
# hint: look at b1 before training: at which value do biases start?
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = rng.normal(0.0, 0.01, size=fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | too few sizes give an empty network in silence
# hint: what comes back for a list with one size? read Raises
def he_initialise(layer_sizes, rng, gain=2**0.5):
    parameters = {}
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters[f"W{l}"], parameters[f"b{l}"] = W, b
    return parameters


# %% mistake: he_initialise | a list of pairs, as in week 5
# hint: what type comes back? this week the arrays of a network have names
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if len(layer_sizes) < 2:
        raise ValueError("too few layer sizes")
    parameters = []
    for l, (fan_in, fan_out) in enumerate(pairwise(layer_sizes), start=1):
        W = rng.normal(0.0, gain / math.sqrt(fan_in), size=(fan_in, fan_out))
        b = np.zeros(fan_out)
        parameters.append((W, b))
    return parameters


# %% mistake: he_initialise | whole numbers as biases
# hint: look at the dtype of b1: Returns asks for float64, for W and for b
replace("np.zeros(fan_out)", "np.zeros(fan_out, dtype=int)")


# %% mistake: he_initialise | a network without hidden layer is refused
# hint: are inputs and outputs alone a network, as in [196, 10]? read Raises
replace("len(layer_sizes) < 2", "len(layer_sizes) < 3")


# %% alternative: he_initialise | standard normal numbers, scaled afterwards; indices
def he_initialise(layer_sizes, rng, gain=2**0.5):
    L = len(layer_sizes) - 1
    if L < 1:
        raise ValueError("too few layer sizes")
    network = {}
    for l in range(1, L + 1):
        shape = (layer_sizes[l - 1], layer_sizes[l])
        network["W" + str(l)] = rng.standard_normal(shape) * np.sqrt(gain**2 / shape[0])
        network["b" + str(l)] = np.zeros((shape[1],))
    return network


# %% alternative: he_initialise | two dictionaries, the biases first
def he_initialise(layer_sizes, rng, gain=2**0.5):
    if not layer_sizes or len(layer_sizes) == 1:
        raise ValueError("too few layer sizes")
    biases = {f"b{l}": np.zeros(n) for l, n in enumerate(layer_sizes) if l > 0}
    weights = {
        f"W{l}": rng.normal(scale=gain * n_in**-0.5, size=n_in * n_out).reshape(n_in, n_out)
        for l, (n_in, n_out) in enumerate(zip(layer_sizes, layer_sizes[1:]), 1)
    }
    return biases | weights


# %% mistake: dropout | survivors are not scaled: not inverted
# hint: compare the mean of A_dropped with that of A: what makes up for the silent ones?
replace("(rng.random(A.shape) >= rate) / (1.0 - rate)", "(rng.random(A.shape) >= rate) * 1.0")


# %% mistake: dropout | the rate is taken for the probability of keeping
# hint: is rate the probability of silence or of survival? count the zeros for rate 0.2
replace("rng.random(A.shape) >= rate", "rng.random(A.shape) < rate")
replace("1.0 - rate", "max(rate, 1e-12)")


# %% mistake: dropout | scaled by the rate, not by the probability of keeping
# hint: with rate 0.2 your survivors grow by a factor of 5: what keeps the expectation?
replace("1.0 - rate", "rate or 1.0")


# %% mistake: dropout | keeps with the probability of dropping
# hint: with rate 0.2, is a fifth of your mask zero, or are four fifths?
replace("rng.random(A.shape) >= rate", "rng.random(A.shape) < rate")


# %% mistake: dropout | one draw for each unit, shared by all examples
# hint: look at one column of your mask: does every example have a draw of its own?
replace("rng.random(A.shape)", "rng.random((1, *A.shape[1:])) + np.zeros(A.shape)")


# %% mistake: dropout | one draw for each example, shared by all units
# hint: look at one row of your mask: does every unit have a draw of its own?
replace("rng.random(A.shape)", "rng.random((len(A), *[1] * (A.ndim - 1))) + np.zeros(A.shape)")


# %% mistake: dropout | dropout in evaluation too
# hint: count the zeros of your mask with training=False: what does evaluation drop?
replace(
    """
    if not training:
        return A, np.ones_like(A)
    """,
    "",
)


# %% mistake: dropout | evaluation scales by the probability of keeping, as in plain dropout
# hint: in evaluation the mask is ones: is your A_dropped equal to A?
replace("A, np.ones_like(A)", "A * (1.0 - rate), np.ones_like(A)")


# %% mistake: dropout | no mask in evaluation
# hint: what is your second result in evaluation? read Returns
replace("np.ones_like(A)", "None")


# %% mistake: dropout | training and evaluation are swapped
# hint: in which of the two modes does your layer silence something?
replace("not training", "training")


# %% mistake: dropout | the activations are changed in place
# hint: what does A hold after the call?
replace(
    "return A * mask, mask",
    """
    A *= mask
    return A, mask
    """,
)


# %% mistake: dropout | a rate of 1 is let through
# hint: what is 1 / (1 - p) for p = 1? read Raises
replace("0.0 <= rate < 1.0", "0.0 <= rate <= 1.0")


# %% mistake: dropout | a rate of 0 is refused
# hint: what should a rate of 0 do? read which interval is allowed
replace("0.0 <= rate < 1.0", "0.0 < rate < 1.0")


# %% mistake: dropout | the rate is not checked at all
# hint: what should happen with a rate below 0, or of 1? read Raises
replace(
    """
    if not 0.0 <= rate < 1.0:
        raise ValueError(f"rate is {rate}, but a probability of dropping lies in [0, 1)")
    """,
    "",
)


# %% mistake: dropout | normal numbers in the place of uniform ones
# hint: which share of your random numbers lies below the rate? it depends on how they are spread
replace("rng.random(A.shape)", "rng.normal(size=A.shape)")


# %% mistake: dropout | the global generator
# hint: two generators with the same seed must give the same mask: which one draws yours?
replace("rng.random", "np.random.random")


# %% mistake: dropout | always the same mask
# hint: call it twice with one and the same rng: does the mask change?
replace("rng.random", "np.random.default_rng(0).random")


# %% mistake: dropout | exactly that share is dropped, always the first elements
# hint: which elements are silent in your mask, and which never are?
replace("rng.random(A.shape) >= rate", "np.arange(A.size).reshape(A.shape) >= rate * A.size")


# %% mistake: dropout | exactly that share is dropped, random elements
# hint: count the zeros in twenty masks of ten elements: is their number left to chance?
replace(
    "mask = (rng.random(A.shape) >= rate) / (1.0 - rate)",
    """
    mask = np.full(A.size, 1.0 / (1.0 - rate))
    mask[rng.choice(A.size, size=round(rate * A.size), replace=False)] = 0.0
    mask = mask.reshape(A.shape)
    """,
)


# %% mistake: dropout | negative activations are never silenced
# hint: is a negative activation ever silent in your result?
replace(
    "return A * mask, mask",
    """
    mask[A < 0] = 1.0 / (1.0 - rate)
    return A * mask, mask
    """,
)


# %% mistake: dropout | output and mask in float32
# hint: look at the dtype of A_dropped and of the mask: A is float64
replace(
    "(rng.random(A.shape) >= rate) / (1.0 - rate)",
    "((rng.random(A.shape) >= rate) / (1.0 - rate)).astype(np.float32)",
)
replace("A * mask", "(A * mask).astype(np.float32)")


# %% mistake: dropout | Booleans as a mask in evaluation
# hint: look at the dtype of the mask in evaluation: Returns asks for float64
replace("np.ones_like(A)", "np.ones_like(A, dtype=bool)")


# %% mistake: dropout | the backward pass forgets the mask
# hint: what flows back through an activation that was silenced?
replace("dA_dropped * mask", "dA_dropped")


# %% mistake: dropout | the backward pass forgets the scale
# hint: a survivor was multiplied by 1 / (1 - p): by what must its gradient be?
replace("dA_dropped * mask", "dA_dropped * (mask > 0)")


# %% mistake: dropout | the backward pass scales twice
# hint: how often does your gradient get the factor 1 / (1 - p)? the mask holds it already
replace("dA_dropped * mask", "dA_dropped * mask * mask.max()")


# %% mistake: dropout | the backward pass writes into the gradient
# hint: what does dA_dropped hold after the call?
replace(
    "return dA_dropped * mask",
    """
    dA_dropped *= mask
    return dA_dropped
    """,
)


# %% alternative: dropout | where, and a comparison with the probability of keeping
def dropout_forward(A, rate, rng, *, training):
    if rate < 0 or rate >= 1:
        raise ValueError("rate lies in [0, 1)")
    keep = 1 - rate
    if training:
        mask = np.where(rng.random(size=A.shape) < keep, 1 / keep, 0.0)
    else:
        mask = np.ones(A.shape)
    return A * mask, mask


def dropout_backward(dA_dropped, mask):
    return np.where(mask == 0, 0.0, dA_dropped * mask)


# %% alternative: dropout | the rate is looked at in training only
def dropout_forward(A, rate, rng, *, training):
    if not training:
        return A, np.ones_like(A)
    if not 0.0 <= rate < 1.0:
        raise ValueError("rate lies in [0, 1)")
    mask = (rng.random(A.shape) >= rate) / (1.0 - rate)
    return A * mask, mask


def dropout_backward(dA_dropped, mask):
    return dA_dropped * mask


# %% alternative: dropout | binomial numbers; a copy in evaluation
def dropout_forward(A, rate, rng, *, training):
    if not (rate >= 0 and rate < 1):
        raise ValueError("rate lies in [0, 1)")
    p = 1 - rate if training else 1.0
    mask = rng.binomial(1, p, size=A.shape) / p
    return mask * A.copy(), mask


def dropout_backward(dA_dropped, mask):
    return np.multiply(mask, dA_dropped)


# %% equivalent: dropout | a random number equals the rate with probability 2**-53: > and >= draw the same masks
mask = (rng.random(A.shape) > rate) / (1.0 - rate)


# %% mistake: batch_norm_forward | normalised over the units of an example: layer norm
# hint: which means are zero in your Z_hat, those of the columns or those of the rows?
replace(
    "Z.mean(axis=0), Z.var(axis=0)", "Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)"
)


# %% mistake: batch_norm_forward | one mean and one variance for the whole batch
# hint: how many means do you compute for n units? look at the shape of mu
replace("Z.mean(axis=0), Z.var(axis=0)", "Z.mean() + 0 * Z[0], Z.var() + 0 * Z[0]")


# %% mistake: batch_norm_forward | divided by the variance, not by its root
# hint: what is the deviation of each unit in your Z_hat? compare with the formula of s
replace("np.sqrt(var + eps)", "(var + eps)")


# %% mistake: batch_norm_forward | eps is added after the root
# hint: where does eps stand in the formula of s: is it added before the root or after it?
replace("np.sqrt(var + eps)", "(np.sqrt(var) + eps)")


# %% mistake: batch_norm_forward | eps is forgotten
# hint: what becomes of a unit that is constant over the batch?
replace("var + eps", "var")


# %% mistake: batch_norm_forward | the unbiased variance normalises, too
# hint: which sigma squared normalises: is the sum divided by m, or by m - 1?
replace("Z.var(axis=0)", "Z.var(axis=0, ddof=1)")
replace("var * m / (m - 1)", "var")


# %% mistake: batch_norm_forward | the running variance is biased
# hint: the worked example adds 0.1 times 4, the variance is 8/3: what lies between the two?
replace("var * m / (m - 1)", "var")


# %% mistake: batch_norm_forward | the correction is upside down
# hint: a batch scatters less around its own mean: does your correction enlarge the variance?
replace("var * m / (m - 1)", "var * (m - 1) / m")


# %% mistake: batch_norm_forward | momentum is the weight of the old, as in Keras
# hint: momentum is 0.1: how far does one batch move your running mean towards its own?
replace(
    "(1.0 - momentum) * running_mean + momentum * mean",
    "momentum * running_mean + (1.0 - momentum) * mean",
)
replace(
    "(1.0 - momentum) * running_var + momentum * unbiased_var",
    "momentum * running_var + (1.0 - momentum) * unbiased_var",
)


# %% mistake: batch_norm_forward | the momentum of the running mean is typed in
# hint: call it with momentum=0.5: does the running mean follow?
replace("(1.0 - momentum) * running_mean + momentum * mean", "0.9 * running_mean + 0.1 * mean")


# %% mistake: batch_norm_forward | the batch replaces the running statistics
# hint: what is left of the old running statistics after one step?
replace("(1.0 - momentum) * running_mean + momentum * mean", "mean")
replace("(1.0 - momentum) * running_var + momentum * unbiased_var", "unbiased_var")


# %% mistake: batch_norm_forward | training normalises with the running statistics
# hint: does your Z_hat have mean 0 and deviation 1 in training? whose statistics do you use?
replace(
    "inverse_std = 1.0 / np.sqrt(var + eps)",
    """
    mean, var = running
    inverse_std = 1.0 / np.sqrt(var + eps)
    """,
)


# %% mistake: batch_norm_forward | evaluation normalises with the batch
# hint: one image alone has no variance: whose statistics does evaluation use?
replace("mean, var = running", "mean, var = Z.mean(axis=0), Z.var(axis=0)")


# %% mistake: batch_norm_forward | evaluation updates the running statistics
# hint: compare the running statistics before and after a call with training=False
replace(
    "mean, var = running",
    """
    mean, var = running
    running = (0.9 * mean + 0.1 * Z.mean(axis=0), 0.9 * var + 0.1 * Z.var(axis=0))
    """,
)


# %% mistake: batch_norm_forward | the running statistics are changed in place
# hint: what do the caller's running arrays hold after the call?
replace("unbiased_var = var * m / (m - 1)", "running_mean += momentum * (mean - running_mean)")
replace(
    """
    running = (
        (1.0 - momentum) * running_mean + momentum * mean,
        (1.0 - momentum) * running_var + momentum * unbiased_var,
    )
    """,
    "running_var += momentum * (var * m / (m - 1) - running_var)",
)


# %% mistake: batch_norm_forward | Z is centred in place
# hint: what does Z hold after the call?
replace(
    "Z_hat = (Z - mean) * inverse_std",
    """
    Z -= mean
    Z_hat = Z * inverse_std
    """,
)


# %% mistake: batch_norm_forward | gamma and beta are forgotten
# hint: what do gamma and beta change in your Y? try those of the worked example
replace("gamma * Z_hat + beta", "Z_hat")


# %% mistake: batch_norm_forward | gamma multiplies beta, too
# hint: what is Y where Z_hat is 0? the worked example has (0, 1) there
replace("gamma * Z_hat + beta", "gamma * (Z_hat + beta)")


# %% mistake: batch_norm_forward | a batch of one is let through
# hint: what is the variance of a batch of one example? read Raises
replace(
    """
    if m < 2:
        raise ValueError("the variance of a batch needs at least two examples")
    """,
    "",
)
replace("var * m / (m - 1)", "var * m / max(m - 1, 1)")


# %% mistake: batch_norm_forward | a batch of two is refused
# hint: how many examples does a variance need at least? read Raises
replace("m < 2", "m <= 2")


# %% mistake: batch_norm_forward | only a batch of one is refused, not an empty one
# hint: what should happen with a batch without examples? read Raises
replace("m < 2", "m == 1")


# %% mistake: batch_norm_forward | single precision
# hint: look at the dtype of Y and of Z_hat: Z is float64
replace("(Z - mean) * inverse_std", "((Z - mean) * inverse_std).astype(np.float32)")
replace("gamma * Z_hat + beta", "(gamma * Z_hat + beta).astype(np.float32)")


# %% mistake: batch_norm_forward | one example is refused in evaluation as well
# hint: in which of the two modes is a single example refused? read Raises
def batch_norm_forward(Z, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    m = len(Z)
    if m < 2:
        raise ValueError("at least two examples")
    if training:
        mean, var = Z.mean(axis=0), Z.var(axis=0)
        running_mean, running_var = running
        running = (
            (1.0 - momentum) * running_mean + momentum * mean,
            (1.0 - momentum) * running_var + momentum * var * m / (m - 1),
        )
    else:
        mean, var = running
    inverse_std = 1.0 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    return gamma * Z_hat + beta, running, (Z_hat, inverse_std, gamma)


# %% mistake: batch_norm_forward | the cache holds Z in the place of Z_hat
# hint: is the first array of your cache normalised? read what the cache holds
replace("(Z_hat, inverse_std, gamma)", "(Z, inverse_std, gamma)")


# %% mistake: batch_norm_forward | the cache holds the deviation, not its inverse
# hint: should the second array of the cache grow or shrink when a unit scatters more?
replace("(Z_hat, inverse_std, gamma)", "(Z_hat, 1.0 / inverse_std, gamma)")


# %% mistake: batch_norm_forward | the cache has another order
# hint: in what order are the three arrays in the cache? compare with Returns
replace("(Z_hat, inverse_std, gamma)", "(Z_hat, gamma, inverse_std)")


# %% alternative: batch_norm_forward | sums in the place of means, ddof in the place of the correction
def batch_norm_forward(Z, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    if not training:
        inverse_std = (running[1] + eps) ** -0.5
        Z_hat = (Z - running[0]) * inverse_std
        return (
            Z_hat * gamma + beta,
            (running[0].copy(), running[1].copy()),
            (Z_hat, inverse_std, gamma),
        )
    m, n = Z.shape
    if m == 1 or m == 0:
        raise ValueError("at least two examples")
    mean = np.sum(Z, axis=0) / m
    centred = Z - mean
    var = np.sum(centred**2, axis=0) / m
    new_mean = running[0] + momentum * (mean - running[0])
    new_var = running[1] + momentum * (np.var(Z, axis=0, ddof=1) - running[1])
    std = np.sqrt(var + eps)
    Z_hat = centred / std
    return gamma * Z_hat + beta, (new_mean, new_var), (Z_hat, 1 / std, gamma.copy())


# %% alternative: batch_norm_forward | no cache in evaluation
replace(
    "mean, var = running",
    """
    mean, var = running
    return gamma * (Z - mean) / np.sqrt(var + eps) + beta, running, None
    """,
)


# %% alternative: batch_norm_forward | kept axes, and lists in the place of tuples
def batch_norm_forward(Z, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    new = list(running)
    if training:
        if Z.shape[0] < 2:
            raise ValueError("at least two examples")
        mean = Z.mean(axis=0, keepdims=True)
        var = np.mean(np.square(Z - mean), axis=0, keepdims=True)
        factor = Z.shape[0] / (Z.shape[0] - 1)
        new[0] = momentum * mean[0] + running[0] - momentum * running[0]
        new[1] = momentum * factor * var[0] + running[1] - momentum * running[1]
    else:
        mean, var = running[0][None], running[1][None]
    inverse_std = np.power(var + eps, -0.5)
    Z_hat = inverse_std * (Z - mean)
    return beta + Z_hat * gamma, new, [Z_hat, inverse_std[0], gamma]


# %% mistake: batch_norm_backward | mean and variance are taken for constants
# hint: move one example: mean and variance move as well. which terms of dZ speak of them?
replace("dZ_hat - common - Z_hat * stretch", "dZ_hat")


# %% mistake: batch_norm_backward | the way through the variance is forgotten
# hint: your dZ may still stretch the batch, which has no effect: which term takes that out?
replace("dZ_hat - common - Z_hat * stretch", "dZ_hat - common")


# %% mistake: batch_norm_backward | the way through the mean is forgotten
# hint: what does each column of your dZ sum to? it should be zero
replace("dZ_hat - common", "dZ_hat")


# %% mistake: batch_norm_backward | the last term has the wrong sign
# hint: does your last term take the part along Z_hat out, or does it add to it?
replace("dZ_hat - common - Z_hat * stretch", "dZ_hat - common + Z_hat * stretch")


# %% mistake: batch_norm_backward | the last term without Z_hat
# hint: your last term is the same for all examples: what makes the one of the formula differ?
replace("Z_hat * stretch", "stretch")


# %% mistake: batch_norm_backward | gamma is forgotten
# hint: double gamma: does your dZ change?
replace("dY * gamma", "dY")


# %% mistake: batch_norm_backward | gamma is multiplied twice
# hint: double gamma: does your dZ grow by a factor of 2 or of 4?
replace(
    "inverse_std * (dZ_hat - common - Z_hat * stretch)",
    "gamma * inverse_std * (dZ_hat - common - Z_hat * stretch)",
)


# %% mistake: batch_norm_backward | divided by the inverse deviation
# hint: should a unit that scatters widely get a larger dZ or a smaller one?
replace(
    "inverse_std * (dZ_hat - common - Z_hat * stretch)",
    "1 / inverse_std * (dZ_hat - common - Z_hat * stretch)",
)


# %% mistake: batch_norm_backward | the inverse deviation is forgotten
# hint: what stands in front of the bracket in the formula of dZ?
replace("inverse_std * (dZ_hat - common - Z_hat * stretch)", "dZ_hat - common - Z_hat * stretch")


# %% mistake: batch_norm_backward | sums in the place of means
# hint: the mean of (2, 0, 0) is 2/3 in the worked example: what do you subtract in its place?
replace("np.mean(dZ_hat, axis=0)", "np.sum(dZ_hat, axis=0)")
replace("np.mean(dZ_hat * Z_hat, axis=0)", "np.sum(dZ_hat * Z_hat, axis=0)")


# %% mistake: batch_norm_backward | means over the units
# hint: over what do the two means run, over the examples or over the units?
replace("np.mean(dZ_hat, axis=0)", "np.mean(dZ_hat, axis=1, keepdims=True)")
replace("np.mean(dZ_hat * Z_hat, axis=0)", "np.mean(dZ_hat * Z_hat, axis=1, keepdims=True)")


# %% mistake: batch_norm_backward | the unbiased variance is differentiated
# hint: by what do you divide in the last mean, m or m - 1? which variance normalised the batch?
replace("np.mean(dZ_hat * Z_hat, axis=0)", "np.sum(dZ_hat * Z_hat, axis=0) / (len(dY) - 1)")


# %% mistake: batch_norm_backward | dgamma is a mean
# hint: does dgamma add up the examples or average them? the mean is already inside dY
replace("np.sum(dY * Z_hat, axis=0)", "np.mean(dY * Z_hat, axis=0)")


# %% mistake: batch_norm_backward | dbeta is a mean
# hint: the worked example has dbeta = 1: does dbeta add up the examples or average them?
replace("np.sum(dY, axis=0)", "np.mean(dY, axis=0)")


# %% mistake: batch_norm_backward | dgamma keeps the examples
# hint: compare the shape of dgamma with that of gamma: what happens to the examples?
replace("np.sum(dY * Z_hat, axis=0)", "dY * Z_hat")


# %% mistake: batch_norm_backward | dgamma without Z_hat
# hint: your dgamma equals dbeta: how fast does Y change with gamma?
replace("dY * Z_hat", "dY")


# %% mistake: batch_norm_backward | dgamma is summed over the units
# hint: is the shape of your dgamma (m,) or (n,)? over which axis do you sum?
replace("np.sum(dY * Z_hat, axis=0)", "np.sum(dY * Z_hat, axis=1)")


# %% mistake: batch_norm_backward | dgamma and dbeta change places
# hint: which gradient comes second? compare the order with Returns
replace("dZ, dgamma, dbeta", "dZ, dbeta, dgamma")


# %% mistake: batch_norm_backward | dY is changed in place
# hint: what does dY hold after the call?
replace(
    "dZ_hat = dY * gamma",
    """
    dY *= gamma
    dZ_hat = dY
    """,
)


# %% mistake: batch_norm_backward | gradients in float32
# hint: look at the dtype of the gradients: dY and the cache are float64
def batch_norm_backward(dY, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dY * Z_hat, axis=0)
    dbeta = np.sum(dY, axis=0)
    centred = dY * gamma - np.mean(dY * gamma, axis=0)
    dZ = inverse_std * (centred - Z_hat * np.mean(dY * gamma * Z_hat, axis=0))
    return dZ.astype(np.float32), dgamma.astype(np.float32), dbeta.astype(np.float32)


# %% alternative: batch_norm_backward | the form of the paper: by sums, through dgamma and dbeta
def batch_norm_backward(dY, cache):
    Z_hat, inverse_std, gamma = cache
    m = dY.shape[0]
    dgamma = (dY * Z_hat).sum(axis=0)
    dbeta = dY.sum(axis=0)
    dZ = gamma * inverse_std / m * (m * dY - dbeta - Z_hat * dgamma)
    return dZ, dgamma, dbeta


# %% alternative: batch_norm_backward | step by step along the graph: variance, mean, input
def batch_norm_backward(dY, cache):
    Z_hat, inverse_std, gamma = cache
    m = len(dY)
    centred = Z_hat / inverse_std
    dZ_hat = dY * gamma
    dvar = np.sum(dZ_hat * centred, axis=0) * -0.5 * inverse_std**3
    dmean = -np.sum(dZ_hat * inverse_std, axis=0) - 2 * dvar * centred.mean(axis=0)
    dZ = dZ_hat * inverse_std + dvar * 2 * centred / m + dmean / m
    return dZ, np.einsum("ij,ij->j", dY, Z_hat), np.einsum("ij->j", dY)


# %% alternative: batch_norm_backward | one unit after the other, with the whole Jacobian
def batch_norm_backward(dY, cache):
    Z_hat, inverse_std, gamma = cache
    m, n = dY.shape
    dZ = np.empty((m, n))
    for j in range(n):
        z = Z_hat[:, j]
        jacobian = gamma[j] * inverse_std[j] * (np.eye(m) - 1 / m - np.outer(z, z) / m)
        dZ[:, j] = jacobian.T @ dY[:, j]
    return dZ, np.diag(Z_hat.T @ dY), np.ones(m) @ dY


# %% mistake: weight_decay | the half is forgotten in the penalty
# hint: take the derivative of your penalty by W: is it lambda times W?
replace("0.5 * strength", "strength")


# %% mistake: weight_decay | the gradient has a factor 2
# hint: what is left of the 2 when lambda / 2 times a square is differentiated?
replace("strength * parameters[name]", "2 * strength * parameters[name]")


# %% mistake: weight_decay | biases decay, too
# hint: does your gradient of b change? read which arrays should decay
replace(
    "gradient + strength * parameters[name] if is_weight else gradient",
    "gradient + strength * parameters[name]",
)


# %% mistake: weight_decay | biases count in the penalty
# hint: do the fives in b count in your penalty? read which arrays should decay
replace(
    "(np.sum(array**2) for array in parameters.values() if array.ndim >= 2)",
    "(np.sum(array**2) for array in parameters.values())",
)


# %% mistake: weight_decay | weights are known by their name W
# hint: does a kernel with four axes decay in your code? the rule looks at the number of axes
replace(
    "(np.sum(array**2) for array in parameters.values() if array.ndim >= 2)",
    '(np.sum(array**2) for name, array in parameters.items() if name[0] == "W")',
)
replace("gradient.ndim >= 2", 'name[0] == "W"')


# %% mistake: weight_decay | only matrices, no kernels
# hint: does an array with more than two axes decay in your code? read the rule again
replace("array.ndim >= 2", "array.ndim == 2")
replace("gradient.ndim >= 2", "gradient.ndim == 2")


# %% mistake: weight_decay | in the gradient every name that begins with b is left out, gamma is not
# hint: does gamma decay in your code? the rule looks at axes, not at names
replace("gradient.ndim >= 2", 'not name.startswith("b")')


# %% mistake: weight_decay | L1 in the place of L2
# hint: what does a weight of 3 add to your sum, 3 or 9?
replace("array**2", "np.abs(array)")


# %% mistake: weight_decay | the gradient of L1
# hint: does the pull of your penalty grow with the weight? compare W = 1 with W = 3
replace("parameters[name]", "np.sign(parameters[name])")


# %% mistake: weight_decay | the mean in the place of the sum
# hint: put every weight in twice: does your penalty double?
replace("np.sum", "np.mean")


# %% mistake: weight_decay | the root of the sum: the norm, not its square
# hint: double all weights: by which factor does your penalty grow, and a sum of squares?
replace("float(squares)", "math.sqrt(squares)")


# %% mistake: weight_decay | the decay is subtracted
# hint: does a step against your gradient pull a weight of 3 towards zero or away from it?
replace("gradient + strength * parameters[name]", "gradient - strength * parameters[name]")


# %% mistake: weight_decay | the strength is forgotten in the gradient
# hint: call it with strength 0: does the gradient stay as it is?
replace("strength * parameters[name]", "parameters[name]")


# %% mistake: weight_decay | gradients of biases are dropped
# hint: which names come back? compare them with those of gradients
replace(
    "decayed[name] = gradient + strength * parameters[name] if is_weight else gradient",
    """
    if is_weight:
        decayed[name] = gradient + strength * parameters[name]
    """,
)


# %% mistake: weight_decay | gradients are changed in place
# hint: what do the caller's gradients hold after the call?
replace(
    "decayed[name] = gradient + strength * parameters[name] if is_weight else gradient",
    """
    if is_weight:
        gradient += strength * parameters[name]
    decayed[name] = gradient
    """,
)


# %% mistake: weight_decay | parameters are matched by their order
# hint: reverse the order of one dictionary: which parameter meets which gradient?
replace("name, gradient", "(name, gradient), array")
replace("gradients.items()", "zip(gradients.items(), parameters.values())")
replace("parameters[name]", "(array if array.shape == gradient.shape else 0.0)")


# %% mistake: weight_decay | the gradient is multiplied by a decay factor
# hint: with dW = 0, what is your gradient? the weights should decay all the same
replace("gradient + strength * parameters[name]", "gradient * (1 - strength)")


# %% mistake: weight_decay | gradients in float32
# hint: look at the dtype of the gradients that come back: what comes in is float64
def l2_penalty(parameters, strength):
    return 0.5 * strength * sum(np.sum(W**2) for W in parameters.values() if W.ndim >= 2)


def add_weight_decay(gradients, parameters, strength):
    return {
        name: (g + strength * parameters[name] * (g.ndim >= 2)).astype(np.float32)
        for name, g in gradients.items()
    }


# %% alternative: weight_decay | norms and a comprehension
def l2_penalty(parameters, strength):
    weights = [W for W in parameters.values() if W.ndim > 1]
    return strength / 2 * sum(np.linalg.norm(W.ravel()) ** 2 for W in weights)


def add_weight_decay(gradients, parameters, strength):
    return {
        name: dW + strength * parameters[name] * (dW.ndim > 1) for name, dW in gradients.items()
    }


# %% alternative: weight_decay | copies first, then in place
def l2_penalty(parameters, strength):
    total = 0.0
    for name in parameters:
        if len(parameters[name].shape) >= 2:
            total += np.vdot(parameters[name], parameters[name])
    return total * strength / 2


def add_weight_decay(gradients, parameters, strength):
    result = {name: array.copy() for name, array in gradients.items()}
    for name, W in parameters.items():
        if W.ndim not in (0, 1):
            result[name] += W * strength
    return result


# %% mistake: clip_by_norm | every array is clipped by itself
# hint: how many norms do you compute? the direction of all arrays together must stay
replace("shrink * gradient", "gradient * max_norm / max(np.linalg.norm(gradient), max_norm)")


# %% mistake: clip_by_norm | every element is clipped: by value
# hint: clip (3, 4) to norm 1: does your result still have the direction of (3, 4)?
replace("shrink * gradient", "np.clip(gradient, -max_norm, max_norm)")


# %% mistake: clip_by_norm | short gradients are stretched
# hint: what becomes of a gradient that is shorter than the limit?
replace("max(norm, max_norm)", "norm")


# %% mistake: clip_by_norm | a gradient of zeros ends in a division by zero
# hint: what is your factor if all gradients are zero?
replace("max_norm / max(norm, max_norm)", "min(1.0, max_norm / norm)")


# %% mistake: clip_by_norm | zeros become NaN, because every gradient is divided by the norm first
# hint: what comes out when zeros are divided by their norm?
replace("shrink * gradient", "min(norm, max_norm) * (gradient / np.float64(norm))")


# %% mistake: clip_by_norm | the root of the norm is forgotten
# hint: your norm of (3, 4) is 25: compare with the formula
replace(
    "math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))",
    "sum(float(np.sum(gradient**2)) for gradient in gradients.values())",
)


# %% mistake: clip_by_norm | norms are added, not their squares
# hint: arrays of length 3 and 4 have norm 5 together, not 7: what is added up?
replace(
    "math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))",
    "sum(np.linalg.norm(gradient) for gradient in gradients.values())",
)


# %% mistake: clip_by_norm | the largest element is taken for the norm
# hint: your norm of (3, 4) is 4: do all elements count?
replace(
    "math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))",
    "max(np.abs(gradient).max() for gradient in gradients.values())",
)


# %% mistake: clip_by_norm | the norm after clipping is returned
# hint: which norm do you return for a gradient that was clipped? a plot should show its length
replace(
    "{name: shrink * gradient for name, gradient in gradients.items()}, norm",
    "{name: shrink * gradient for name, gradient in gradients.items()}, min(norm, max_norm)",
)


# %% mistake: clip_by_norm | gradients are changed in place
# hint: what do the caller's gradients hold after the call?
def clip_by_norm(gradients, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm must be above zero")
    norm = math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))
    shrink = max_norm / max(norm, max_norm)
    for gradient in gradients.values():
        gradient *= shrink
    return {name: gradient for name, gradient in gradients.items()}, norm


# %% mistake: clip_by_norm | only the gradients are returned
# hint: how many results come back? read Returns
replace(
    "{name: shrink * gradient for name, gradient in gradients.items()}, norm",
    "{name: shrink * gradient for name, gradient in gradients.items()}",
)


# %% mistake: clip_by_norm | divided by the norm, without the limit
# hint: how long is your clipped gradient with max_norm=2?
replace("max_norm / max(norm, max_norm)", "1.0 / norm if norm > max_norm else 1.0")


# %% mistake: clip_by_norm | biases do not count in the norm
# hint: the norm of the worked example is 5: does the 4 in db count in yours?
replace(
    "(float(np.sum(gradient**2)) for gradient in gradients.values())",
    "(float(np.sum(gradient**2)) for gradient in gradients.values() if gradient.ndim > 1)",
)


# %% mistake: clip_by_norm | a limit of zero is let through
# hint: what would be left of a gradient with max_norm=0? read Raises
replace("max_norm <= 0", "max_norm < 0")


# %% mistake: clip_by_norm | the limit is not checked
# hint: what happens if max_norm is zero or negative? read Raises
def clip_by_norm(gradients, max_norm):
    norm = math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))
    shrink = max_norm / max(norm, max_norm)
    return {name: shrink * gradient for name, gradient in gradients.items()}, norm


# %% mistake: clip_by_norm | gradients in float32
# hint: look at the dtype of the gradients that come back: what comes in is float64
def clip_by_norm(gradients, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm must be above zero")
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in gradients.values()))
    shrink = max_norm / max(norm, max_norm)
    return {name: (shrink * g).astype(np.float32) for name, g in gradients.items()}, norm


# %% mistake: clip_by_norm | gradients of zero are refused
# hint: are gradients of zero an error? read what becomes of them
def clip_by_norm(gradients, max_norm):
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in gradients.values()))
    if max_norm <= 0 or norm == 0:
        raise ValueError("norms must be above zero")
    shrink = max_norm / max(norm, max_norm)
    return {name: shrink * g for name, g in gradients.items()}, norm


# %% alternative: clip_by_norm | one long vector, and a case for short gradients
def clip_by_norm(gradients, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm must be above zero")
    norm = float(np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()])))
    if norm <= max_norm:
        return dict(gradients), norm
    return {name: g * (max_norm / norm) for name, g in gradients.items()}, norm


# %% alternative: clip_by_norm | the norm of norms; copies, then in place
def clip_by_norm(gradients, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm must be above zero")
    norm = np.linalg.norm([np.linalg.norm(g.reshape(-1)) for g in gradients.values()])
    clipped = {name: g.copy() for name, g in gradients.items()}
    if norm > max_norm:
        for g in clipped.values():
            g *= max_norm
            g /= norm
    return clipped, norm


# %% mistake: early_stopping | the best arrays are references
# hint: is best_arrays the caller's own dictionary? let training go on and look at it again
replace("{name: array.copy() for name, array in arrays.items()}", "arrays")


# %% mistake: early_stopping | a shallow copy of the dictionary
# hint: your dictionary is a copy: are the arrays in it copies as well?
replace("{name: array.copy() for name, array in arrays.items()}", "dict(arrays)")


# %% mistake: early_stopping | the last arrays are kept, not the best
# hint: in which epochs do you write best_arrays, in all of them or after an improvement?
replace("self.best_arrays = {name: array.copy() for name, array in arrays.items()}", "")
replace(
    "return self.waited >= self.patience",
    """
    self.best_arrays = {name: array.copy() for name, array in arrays.items()}
    return self.waited >= self.patience
    """,
)


# %% mistake: early_stopping | the count is never set back
# hint: a bad epoch, a good one, a bad one: what is your count at the end?
replace("self.waited = 0", "")


# %% mistake: early_stopping | one epoch too late
# hint: patience 1 and one epoch without improvement: what is your answer?
replace("self.waited >= self.patience", "self.waited > self.patience")


# %% mistake: early_stopping | one epoch too early
# hint: patience 2 and one epoch without improvement: what is your answer?
replace("self.patience", "self.patience - 1")


# %% mistake: early_stopping | an equal cost counts as an improvement
# hint: is an equal cost an improvement? follow the worked example to its fifth cost
replace("cost < self.best_cost - self.min_delta", "cost <= self.best_cost - self.min_delta")


# %% mistake: early_stopping | min_delta is ignored
# hint: with min_delta=0.5, is a cost that is lower by 0.1 an improvement in your code?
replace("self.best_cost - self.min_delta", "self.best_cost")


# %% mistake: early_stopping | min_delta has the wrong sign
# hint: with min_delta=0.5, can a higher cost be an improvement in your code?
replace("self.best_cost - self.min_delta", "self.best_cost + self.min_delta")


# %% mistake: early_stopping | min_delta is relative
# hint: is delta a difference of costs, or a fraction of the best one? look at the formula
replace("self.best_cost - self.min_delta", "self.best_cost * (1 - self.min_delta)")


# %% mistake: early_stopping | compared with the previous epoch, not with the best
# hint: after the costs 0.5 and 0.9, is 0.8 an improvement? with which one is it compared?
replace(
    "if cost < self.best_cost - self.min_delta:",
    """
    previous, self.last = getattr(self, "last", math.inf), cost
    if cost < previous - self.min_delta:
    """,
)


# %% mistake: early_stopping | the best cost follows every small improvement
# hint: a step smaller than min_delta: does it move the cost that you compare with?
replace(
    "self.waited += 1",
    """
    self.best_cost = min(cost, self.best_cost)
    self.waited += 1
    """,
)


# %% mistake: early_stopping | higher is better, as for accuracy
# hint: is a lower cost better or worse in your comparison?
replace(
    "cost < self.best_cost - self.min_delta",
    "cost > (self.best_cost if self.best_cost < math.inf else -math.inf) + self.min_delta",
)


# %% mistake: early_stopping | NaN counts as an improvement
# hint: what does your comparison say for NaN? every comparison with NaN is false
replace("cost < self.best_cost - self.min_delta", "not cost >= self.best_cost - self.min_delta")


# %% mistake: early_stopping | the best epoch is counted from 0
# hint: what number does the first epoch have? compare best_epoch with the worked example
replace("self.best_epoch = self.epoch", "self.best_epoch = self.epoch - 1")


# %% mistake: early_stopping | nothing is returned
# hint: what does a call of update give back? read Returns
replace("return self.waited >= self.patience", "self.stopped = self.waited >= self.patience")


# %% mistake: early_stopping | it never says stop
# hint: which count makes your answer True? look for the patience in your condition
replace("self.waited >= self.patience", "False")


# %% mistake: early_stopping | the best cost is not written down
# hint: what is best_cost after the second improvement?
replace(
    "self.best_cost = cost",
    "self.best_cost = self.best_cost if self.best_cost < math.inf else cost",
)


# %% mistake: early_stopping | the best arrays are written into the network at the stop
# hint: compare the caller's arrays before and after the update that says stop
replace(
    "return self.waited >= self.patience",
    """
    stop = self.waited >= self.patience
    if stop and self.best_arrays is not None:
        for name, array in self.best_arrays.items():
            arrays[name][...] = array
    return stop
    """,
)


# %% mistake: early_stopping | NaN is refused
# hint: is NaN an error here? read what it counts as
replace(
    "self.epoch += 1",
    """
    if math.isnan(cost):
        raise ValueError("the cost is NaN")
    self.epoch += 1
    """,
)


# %% mistake: early_stopping | True only once, at the moment of the stop
# hint: go on after the stop with bad epochs: is your answer still True?
replace("self.waited >= self.patience", "self.waited == self.patience")


# %% alternative: early_stopping | the difference of epochs in the place of a count; deep copies
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        if patience < 1:
            raise ValueError("patience must be at least 1")
        self.patience = patience
        self.min_delta = min_delta
        self.best_cost = math.inf
        self.best_epoch = None
        self.best_arrays = None
        self.epoch = 0
        self.waited = 0

    def update(self, cost, arrays):
        import copy

        self.epoch = self.epoch + 1
        improved = self.best_cost - cost > self.min_delta
        if improved:
            self.best_cost, self.best_epoch = cost, self.epoch
            self.best_arrays = copy.deepcopy(arrays)
        return self.epoch - (self.best_epoch or 0) >= self.patience


# %% alternative: early_stopping | a list of all costs; new arrays by addition
class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        if patience < 1:
            raise ValueError("patience must be at least 1")
        self.patience = patience
        self.min_delta = min_delta
        self.best_cost = math.inf
        self.best_epoch = None
        self.best_arrays = None
        self.costs = []
        self.left = patience

    def update(self, cost, arrays):
        self.costs.append(cost)
        self.left -= 1
        if cost + self.min_delta < self.best_cost:
            self.left = self.patience
            self.best_cost = self.costs[-1]
            self.best_epoch = len(self.costs)
            self.best_arrays = {}
            for name in arrays:
                self.best_arrays[name] = np.array(arrays[name])
        return int(self.left <= 0)


# %% mistake: random_search | log_uniform is drawn uniformly
# hint: how many of your learning rates from 0.001 to 1 lie below 0.01? about a third should
replace("math.exp(rng.uniform(math.log(low), math.log(high)))", "rng.uniform(low, high)")


# %% mistake: random_search | the logarithm is returned, the exponential forgotten
# hint: your log_uniform numbers lie between log(low) and log(high): is that where they belong?
replace(
    "math.exp(rng.uniform(math.log(low), math.log(high)))",
    "rng.uniform(math.log(low), math.log(high))",
)


# %% mistake: random_search | two bases are mixed: log10 and e
# hint: is the base of your logarithm also the base of your power?
replace(
    "rng.uniform(math.log(low), math.log(high))", "rng.uniform(math.log10(low), math.log10(high))"
)


# %% mistake: random_search | the logarithm of a uniform number
# hint: which one is uniform in your code: the number, its exponential or its logarithm?
replace(
    "math.exp(rng.uniform(math.log(low), math.log(high)))",
    "math.log(rng.uniform(math.exp(low), math.exp(high)))",
)


# %% mistake: random_search | powers of ten only, as on a grid
# hint: how many different numbers does your log_uniform give in a thousand draws?
replace(
    "math.exp(rng.uniform(math.log(low), math.log(high)))",
    "10.0 ** rng.integers(math.log10(low), math.log10(high) + 1)",
)


# %% mistake: random_search | rng.choice makes arrays of the options
# hint: is a drawn choice the very object from the options? compare types and shapes
replace("options[rng.integers(len(options))]", "rng.choice(options)")


# %% mistake: random_search | the last option is never drawn
# hint: draw a choice of two options a hundred times: does the last one ever come?
replace("len(options)", "len(options) - 1")


# %% mistake: random_search | always the first option
# hint: draw a choice of two options a hundred times: how many of them come?
replace("rng.integers(len(options))", "0")


# %% mistake: random_search | the global generator
# hint: the same seed must give the same draws: which generator makes your uniform numbers?
replace("rng.uniform(low, high)", "np.random.uniform(low, high)")


# %% mistake: random_search | an unknown kind is left out in silence
# hint: what comes back for a kind that is not in the table? read Raises
replace(
    """
    elif kind == "choice":
        (options,) = what
        configuration[name] = options[rng.integers(len(options))]
    else:
        raise ValueError(f"{name} is of kind {kind!r}: use uniform, log_uniform or choice")
    """,
    """
    elif kind == "choice":
        (options,) = what
        configuration[name] = options[rng.integers(len(options))]
    """,
)


# %% mistake: random_search | an unknown kind is taken for a choice
# hint: a kind that is not in the table is not a choice either: read Raises
def sample(space, rng):
    configuration = {}
    for name, (kind, *what) in space.items():
        if kind == "uniform":
            low, high = what
            configuration[name] = rng.uniform(low, high)
        elif kind == "log_uniform":
            low, high = what
            configuration[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
        else:
            options = what[0] if hasattr(what[0], "__len__") else what
            configuration[name] = options[rng.integers(len(options))]
    return configuration


def random_search(objective, space, n_trials, rng):
    if n_trials < 1:
        raise ValueError("at least one trial")
    best, lowest_cost, history = None, math.inf, []
    for _ in range(n_trials):
        configuration = sample(space, rng)
        cost = objective(configuration)
        history.append((configuration, cost))
        if cost < lowest_cost:
            best, lowest_cost = configuration, cost
    return best, history


# %% mistake: random_search | whole numbers in the place of uniform ones
# hint: look at some uniform draws between 0.2 and 0.6: do they lie there, and do they differ?
replace("rng.uniform(low, high)", "float(rng.integers(math.ceil(low), math.floor(high) + 2))")


# %% mistake: random_search | one configuration for all trials
# hint: compare the first two configurations of the history: when is each of them drawn?
replace("configuration = sample(space, rng)", "")
replace(
    "for _ in range(n_trials):",
    """
    configuration = sample(space, rng)
    for _ in range(n_trials):
    """,
)


# %% mistake: random_search | the highest cost wins
# hint: does a low cost or a high one win in your search?
replace("math.inf", "-math.inf")
replace("cost < lowest_cost", "cost > lowest_cost")


# %% mistake: random_search | the last of equals wins
# hint: two trials have the same lowest cost: which of them wins?
replace("cost < lowest_cost", "cost <= lowest_cost")


# %% mistake: random_search | min over the history: NaN may win
# hint: let the first trial cost NaN: which one wins in your search?
replace(
    "return best, history",
    """
    best = min(history, key=lambda trial: trial[1])[0]
    return best, history
    """,
)


# %% mistake: random_search | the lowest cost is not written down
# hint: after two good trials, with which cost do you compare the third?
replace("best, lowest_cost = configuration, cost", "best = configuration")


# %% mistake: random_search | trials that diverge are left out of the history
# hint: how long is the history if one trial gives NaN?
replace(
    "history.append((configuration, cost))",
    """
    if math.isfinite(cost):
        history.append((configuration, cost))
    """,
)


# %% mistake: random_search | the history holds only the costs
# hint: what does one entry of your history hold? read Returns
replace("(configuration, cost)", "cost")


# %% mistake: random_search | the history is sorted by cost
# hint: compare the order of your history with that of the trials
replace("best, history", "best, sorted(history, key=lambda trial: trial[1])")


# %% mistake: random_search | the cost is returned in the place of the configuration
# hint: is your first result a cost or a configuration? read Returns
replace("best, history", "lowest_cost, history")


# %% mistake: random_search | the objective is asked twice
# hint: count the calls of the objective: how many are there for each trial?
replace("(configuration, cost)", "(configuration, objective(configuration))")


# %% mistake: random_search | a search without trials returns None
# hint: what should n_trials=0 do? read Raises
replace(
    """
    if n_trials < 1:
        raise ValueError(f"n_trials is {n_trials}: a search needs at least one")
    """,
    "",
)


# %% mistake: random_search | one trial too few
# hint: how long is the history for n_trials=4?
replace("range(n_trials)", "range(1, n_trials)")


# %% alternative: random_search | a table of functions; the best by min, with NaN as infinity
def sample(space, rng):
    draw = {
        "uniform": lambda low, high: low + (high - low) * rng.random(),
        "log_uniform": lambda low, high: low * (high / low) ** rng.random(),
        "choice": lambda options: options[int(rng.random() * len(options))],
    }
    for kind, *_ in space.values():
        if kind not in draw:
            raise ValueError(kind)
    return {name: draw[entry[0]](*entry[1:]) for name, entry in space.items()}


def random_search(objective, space, n_trials, rng):
    if not n_trials > 0:
        raise ValueError("at least one trial")
    configurations = [sample(space, rng) for _ in range(n_trials)]
    history = [(configuration, objective(configuration)) for configuration in configurations]
    costs = [math.inf if np.isnan(cost) else cost for _, cost in history]
    winner = min(range(n_trials), key=costs.__getitem__)
    return (history[winner][0] if costs[winner] < math.inf else None), history


# %% mistake: random_search | choices from Python's global generator
# hint: the same seed must give the same draws: which generator makes your choices?
import random


def sample(space, rng):
    configuration = {}
    for name, (kind, *what) in space.items():
        if kind == "uniform":
            low, high = what
            configuration[name] = rng.uniform(low, high)
        elif kind == "log_uniform":
            low, high = what
            configuration[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
        elif kind == "choice":
            (options,) = what
            configuration[name] = random.choice(options)
        else:
            raise ValueError(f"{name}: unknown kind")
    return configuration


def random_search(objective, space, n_trials, rng):
    if n_trials < 1:
        raise ValueError("at least one trial")
    best, lowest_cost, history = None, math.inf, []
    for _ in range(n_trials):
        configuration = sample(space, rng)
        cost = objective(configuration)
        history.append((configuration, cost))
        if cost < lowest_cost:
            best, lowest_cost = configuration, cost
    return best, history


# %% mistake: random_search | a single trial is refused
# hint: is a single trial a search? read Raises
replace("n_trials < 1", "n_trials < 2")


# %% alternative: random_search | one kind after the other, so that names have another order
replace("return configuration", "return dict(sorted(configuration.items(), reverse=True))")


# %% alternative: random_search | match, powers of ten, and a while loop
def sample(space, rng):
    result = dict.fromkeys(space)
    for name in space:
        match space[name]:
            case ("uniform", low, high):
                result[name] = float(rng.uniform(low, high))
            case ("log_uniform", low, high):
                result[name] = float(10 ** rng.uniform(np.log10(low), np.log10(high)))
            case ("choice", options):
                result[name] = list(options)[rng.permutation(len(options))[0]]
            case _:
                raise ValueError(name)
    return result


def random_search(objective, space, n_trials, rng):
    if n_trials <= 0:
        raise ValueError("at least one trial")
    history, best = [], (None, math.inf)
    while len(history) < n_trials:
        configuration = sample(space, rng)
        history.append((configuration, objective(configuration)))
        if history[-1][1] < best[1]:
            best = history[-1]
    return best[0], history


# %% crash: early_stopping | the process ends without a word
replace(
    "self.epoch += 1",
    """
    import os

    os._exit(1)
    """,
)


# %% endless: random_search | a trial that costs NaN is repeated for ever
replace(
    """
    for _ in range(n_trials):
        configuration = sample(space, rng)
        cost = objective(configuration)
        history.append((configuration, cost))
        if cost < lowest_cost:  # false for NaN
            best, lowest_cost = configuration, cost
    """,
    """
    while len(history) < n_trials:
        configuration = sample(space, rng)
        cost = math.nan if history else objective(configuration)
        if cost != cost:
            continue
        history.append((configuration, cost))
        if cost < lowest_cost:
            best, lowest_cost = configuration, cost
    """,
)


# %% mistake: quiz | question 1: the momentum is blamed, not the mode
# hint: question 1: read "Two modes" in section 4 of the lesson again: whose statistics count?
answer_1 = "a"
answer_2 = "a"
answer_3 = "d"
answer_4 = "b"
answer_5 = "c"


# %% mistake: quiz | question 2: a shift is taken for a shift
# hint: question 2: read section 4 of the lesson again, "Batch norm": what of the bias before it?
answer_1 = "c"
answer_2 = "b"
answer_3 = "d"
answer_4 = "b"
answer_5 = "c"


# %% mistake: quiz | question 3: the gap is taken for overfitting
# hint: question 3: read section 7 of the lesson again, "Dropout": when are the masks off?
answer_1 = "c"
answer_2 = "a"
answer_3 = "c"
answer_4 = "b"
answer_5 = "c"


# %% mistake: quiz | question 4: Adam taken for linear
# hint: question 4: read section 8 of the lesson again: what does Adam divide, and by what?
answer_1 = "c"
answer_2 = "a"
answer_3 = "d"
answer_4 = "a"
answer_5 = "c"


# %% mistake: quiz | question 5: the grid is thought to try 64 values
# hint: question 5: read section 12 of the lesson again: how many learning rates are on a grid?
answer_1 = "c"
answer_2 = "a"
answer_3 = "d"
answer_4 = "b"
answer_5 = "b"
