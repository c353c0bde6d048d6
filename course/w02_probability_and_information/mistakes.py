"""Wrong and unusual right answers of week 2, on which its tests are tested."""


# %% mistake: gaussian_mle | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def gaussian_mle(X):
    return np.array([2.0, 4.0]), np.array([[2 / 3, 2 / 3], [2 / 3, 8 / 3]])


# %% mistake: gaussian_mle | the unbiased divisor
# hint: which divisor has the estimate of maximum likelihood?
def gaussian_mle(X):
    mean = X.mean(axis=0)
    return mean, np.cov(X, rowvar=False).reshape(len(mean), len(mean))


# %% mistake: gaussian_mle | the mean of squares minus the square of the mean
# hint: move the points far from the origin: which two huge numbers do you subtract?
def gaussian_mle(X):
    X = X.astype(float)
    mean = X.mean(axis=0)
    return mean, X.T @ X / len(X) - np.outer(mean, mean)


# %% mistake: gaussian_mle | nothing is subtracted
# hint: what should the covariance of equal examples be, and what is yours?
def gaussian_mle(X):
    X = X.astype(float)
    return X.mean(axis=0), X.T @ X / len(X)


# %% mistake: gaussian_mle | averages over the features
# hint: over which axis does your mean run? compare its shape with (n,)
def gaussian_mle(X):
    mean = X.mean(axis=1)
    deviations = X.T - mean
    return mean, deviations.T @ deviations / len(X)


# %% mistake: gaussian_mle | examples by examples
# hint: compare the shape of your covariance with (n, n)
def gaussian_mle(X):
    mean = X.mean(axis=0)
    deviations = X - mean
    return mean, deviations @ deviations.T / len(X)


# %% mistake: gaussian_mle | divides by the number of features
# hint: does your divisor count the examples, or the features?
def gaussian_mle(X):
    mean = X.mean(axis=0)
    deviations = X - mean
    return mean, deviations.T @ deviations / X.shape[1]


# %% mistake: gaussian_mle | variances only
# hint: two features rise together: what should stand off the diagonal?
def gaussian_mle(X):
    X = X.astype(float)
    return X.mean(axis=0), np.diag(X.var(axis=0))


# %% mistake: gaussian_mle | correlations instead of covariances
# hint: your diagonal holds ones: what should stand there?
def gaussian_mle(X):
    X = X.astype(float)
    with np.errstate(all="ignore"):
        return X.mean(axis=0), np.atleast_2d(np.corrcoef(X, rowvar=False))


# %% mistake: gaussian_mle | stays in float32
# hint: which dtype has your result when X is float32?
def gaussian_mle(X):
    mean = X.mean(axis=0)
    deviations = X - mean
    return mean, deviations.T @ deviations / len(X)


# %% mistake: gaussian_mle | adds in float32, converts afterwards
# hint: in which precision is the mean of float32 numbers added up, before you convert it?
def gaussian_mle(X):
    mean = X.mean(axis=0).astype(float)
    deviations = X.astype(float) - mean
    return mean, deviations.T @ deviations / len(X)


# %% mistake: gaussian_mle | centres in place
# hint: what does X hold after the call?
def gaussian_mle(X):
    mean = X.mean(axis=0, dtype=float)
    X -= mean
    return mean, X.T @ X / len(X)


# %% mistake: gaussian_mle | a little is added to the diagonal
# hint: what should the covariance of a single example be, and what is yours?
def gaussian_mle(X):
    X = X.astype(float)
    mean = X.mean(axis=0)
    return mean, (X - mean).T @ (X - mean) / len(X) + 1e-6 * np.eye(len(mean))


# %% alternative: gaussian_mle | Welford's algorithm, one example after the other
def gaussian_mle(X):
    mean, scatter = np.zeros(X.shape[1]), np.zeros((X.shape[1], X.shape[1]))
    for count, x in enumerate(X.astype(np.float64), start=1):
        before = x - mean
        mean = mean + before / count
        scatter = scatter + np.outer(before, x - mean)
    return mean, scatter / len(X)


# %% alternative: gaussian_mle | the library's covariance, told the divisor
def gaussian_mle(X):
    X = np.asarray(X, dtype=float)
    n = X.shape[1]
    return np.average(X, axis=0), np.cov(X.T, bias=True).reshape(n, n)


# %% alternative: gaussian_mle | one outer product after the other
def gaussian_mle(X):
    X = X.astype(float)
    m, n = X.shape
    mean = np.zeros(n)
    for x in X:
        mean = mean + x / m
    covariance = np.zeros((n, n))
    for x in X:
        covariance += np.outer(x - mean, x - mean) / m
    return mean, covariance


# %% alternative: gaussian_mle | moves the data near the origin, then the second formula
def gaussian_mle(X):
    origin = X[0].astype(float)
    moved = X - origin
    mean = moved.sum(axis=0) / len(X)
    deviations = moved - mean
    return origin + mean, np.einsum("ij,ik->jk", deviations, deviations) / len(X)


# %% equivalent: gaussian_mle | a covariance is even in the deviations
centred = mean - X


# %% mistake: beta_posterior | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def beta_posterior(outcomes, a=1.0, b=1.0):
    if outcomes.max(initial=0) > 1 or np.min(a) <= 0:
        raise ValueError("no")
    if len(outcomes) == 0:
        return (np.full(2, np.nan),) * 4
    alpha, beta = np.array([3.0, 4.0]) + a, np.array([1.0, 0.0]) + b
    return alpha, beta, np.array([4 / 6, 5 / 6]), np.array([0.75, 1.0])


# %% mistake: beta_posterior | counts along the rows
# hint: each experiment has a column of its own: along which axis do you count?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=1)
    alpha, beta = a + successes, b + outcomes.shape[1] - successes
    return alpha, beta, alpha / (alpha + beta), (alpha - 1) / (alpha + beta - 2)


# %% mistake: beta_posterior | the prior is forgotten
# hint: what do a and b change in your result?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    alpha = 1 + outcomes.sum(axis=0)
    beta = 1 + (1 - outcomes).sum(axis=0)
    up, down = alpha - 1.0, beta - 1.0
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% mistake: beta_posterior | beta counts all trials
# hint: which trials does beta count? compare with the formula
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    alpha, beta = a + outcomes.sum(axis=0), b + len(outcomes) + 0 * outcomes.sum(axis=0)
    up, down = np.maximum(alpha - 1.0, 0), np.maximum(beta - 1.0, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% mistake: beta_posterior | success and failure change places
# hint: which of alpha and beta counts the ones?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + len(outcomes) - successes, b + successes
    up, down = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% mistake: beta_posterior | the mean is that of the outcomes
# hint: is your mean that of the outcomes, or that of the posterior?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    up, down = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, outcomes.mean(axis=0), up / (up + down)


# %% mistake: beta_posterior | the mean is returned as the mode
# hint: the outcomes 1, 1, 1, 1: where is the density highest, and what is your mode?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    mean = alpha / (alpha + beta)
    return alpha, beta, mean, mean


# %% mistake: beta_posterior | the formula of the mode, edges or not
# hint: when does the formula of the mode hold? read what is said of the edges
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    with np.errstate(all="ignore"):
        return alpha, beta, alpha / (alpha + beta), (alpha - 1) / (alpha + beta - 2)


# %% mistake: beta_posterior | the formula of the mode, clipped to 0..1
# hint: try Beta(0.5, 0.5) and Beta(1.1, 0.2): what should the mode be?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    with np.errstate(all="ignore"):
        mode = np.clip((alpha - 1) / (alpha + beta - 2), 0, 1)
    return alpha, beta, alpha / (alpha + beta), mode


# %% mistake: beta_posterior | NaN at every edge
# hint: just one of alpha and beta is above 1: where is the density highest?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    inside = (alpha > 1) & (beta > 1)
    with np.errstate(all="ignore"):
        mode = np.where(inside, (alpha - 1) / (alpha + beta - 2), np.nan)
    return alpha, beta, alpha / (alpha + beta), mode


# %% mistake: beta_posterior | outcomes are not checked
# hint: what should become of an outcome of 2? read Raises
def beta_posterior(outcomes, a=1.0, b=1.0):
    if np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    up, down = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% mistake: beta_posterior | outcomes from 0 to 1 are accepted
# hint: what should become of an outcome of 0.5? read Raises
def beta_posterior(outcomes, a=1.0, b=1.0):
    if (outcomes < 0).any() or (outcomes > 1).any() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    up, down = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% mistake: beta_posterior | the second parameter of the prior is not checked
# hint: what should become of b = -1? read Raises
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a + successes, b + len(outcomes) - successes
    up, down = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(all="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% mistake: beta_posterior | only integers are taken for outcomes
# hint: is an outcome of 1.0 neither 0 nor 1?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if outcomes.dtype == float or not np.isin(outcomes, (0, 1)).all():
        raise ValueError("outcomes")
    if np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("prior")
    alpha = a + outcomes.sum(axis=0)
    beta = b + len(outcomes) - outcomes.sum(axis=0)
    rise, fall = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), rise / (rise + fall)


# %% mistake: beta_posterior | outcomes of type float are turned round in place
# hint: what do outcomes of dtype float hold after the call?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all():
        raise ValueError("outcomes")
    if np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("prior")
    alpha = a + outcomes.sum(axis=0)
    failures = np.asarray(outcomes, dtype=float)
    failures -= 1
    beta = b - failures.sum(axis=0)
    rise, fall = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), rise / (rise + fall)


# %% mistake: beta_posterior | the prior array is added to in place
# hint: give the prior as arrays: what do they hold after the call?
def beta_posterior(outcomes, a=1.0, b=1.0):
    if not np.isin(outcomes, (0, 1)).all() or np.min(a) <= 0 or np.min(b) <= 0:
        raise ValueError("no")
    successes = outcomes.sum(axis=0)
    alpha, beta = a, b
    alpha += successes
    beta += len(outcomes) - successes
    up, down = np.maximum(alpha - 1, 0), np.maximum(beta - 1, 0)
    with np.errstate(invalid="ignore"):
        return alpha, beta, alpha / (alpha + beta), up / (up + down)


# %% alternative: beta_posterior | case by case
def beta_posterior(outcomes, a=1.0, b=1.0):
    if ((outcomes != 0) & (outcomes != 1)).any():
        raise ValueError("an outcome is 0 or 1")
    if (np.array(a) <= 0).any() or (np.array(b) <= 0).any():
        raise ValueError("a prior parameter is positive")
    alpha = np.count_nonzero(outcomes, axis=0) + np.asarray(a, dtype=float)
    beta = np.count_nonzero(outcomes == 0, axis=0) + np.asarray(b, dtype=float)
    mode = np.full(alpha.shape, np.nan)
    for j in range(len(mode)):
        if alpha[j] > 1 and beta[j] > 1:
            mode[j] = (alpha[j] - 1) / (alpha[j] + beta[j] - 2)
        elif alpha[j] > 1:
            mode[j] = 1.0
        elif beta[j] > 1:
            mode[j] = 0.0
    return alpha, beta, alpha / (alpha + beta), mode


# %% alternative: beta_posterior | one trial after the other
def beta_posterior(outcomes, a=1.0, b=1.0):
    n = outcomes.shape[1]
    alpha, beta = np.zeros(n) + a, np.zeros(n) + b
    if not (alpha > 0).all() or not (beta > 0).all():
        raise ValueError("a prior parameter is positive")
    for trial in outcomes:
        if not set(trial.tolist()) <= {0, 1}:
            raise ValueError("an outcome is 0 or 1")
        alpha = alpha + (trial == 1)
        beta = beta + (trial == 0)
    with np.errstate(all="ignore"):
        mode = np.select(
            [(alpha > 1) & (beta > 1), alpha > 1, beta > 1],
            [(alpha - 1) / (alpha + beta - 2), 1.0, 0.0],
            np.nan,
        )
    return alpha, beta, 1 / (1 + beta / alpha), mode


# %% mistake: log_sum_exp | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def log_sum_exp(Z, axis=None):
    if axis == 1:
        return np.array([np.log(4.0), 1000 + np.log(2.0)])
    if axis == 0:
        return np.array([-1000 + np.log(2.0), 5.0])
    return np.float64(-np.inf) if Z.ndim == 1 else 1000 + np.log(2.0)


# %% mistake: log_sum_exp | the textbook formula
# hint: what does the computer make of e^1000, and of e^-1000?
def log_sum_exp(Z, axis=None):
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z).sum(axis=axis))


# %% mistake: log_sum_exp | one maximum for all sums
# hint: one sum of -1000s, another of ordinary numbers: which c does each of them get?
def log_sum_exp(Z, axis=None):
    shift = np.max(Z)
    shift = shift if np.isfinite(shift) else 0.0
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z - shift).sum(axis=axis)) + shift


# %% mistake: log_sum_exp | -inf everywhere becomes NaN
# hint: what is z - c when every z is -inf?
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z - shift).sum(axis=axis)) + np.squeeze(shift, axis=axis)


# %% mistake: log_sum_exp | the shift is not added back
# hint: look at the right side of the formula: what stands before the logarithm?
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z - shift).sum(axis=axis))


# %% mistake: log_sum_exp | the shift is subtracted at the end, not added
# hint: with which sign does c stand before the logarithm?
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z - shift).sum(axis=axis)) - np.squeeze(shift, axis=axis)


# %% mistake: log_sum_exp | the summed axis stays
# hint: compare your shape with that of np.sum along the same axis
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z - shift).sum(axis=axis, keepdims=True)) + shift


# %% mistake: log_sum_exp | every axis of length one disappears
# hint: Z of shape (3, 1) and axis=0: which shape should the result have?
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    with np.errstate(all="ignore"):
        return np.squeeze(np.log(np.exp(Z - shift).sum(axis=axis, keepdims=True)) + shift)


# %% mistake: log_sum_exp | rows, whatever the axis
# hint: what does axis change in your result? try axis=0, and no axis
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=-1, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z - shift).sum(axis=-1)) + shift[..., 0]


# %% mistake: log_sum_exp | only the maximum
# hint: what is lse(0, 0), and what does your function return?
def log_sum_exp(Z, axis=None):
    return np.max(Z, axis=axis)


# %% mistake: log_sum_exp | -inf is replaced by a large negative number
# hint: a sum of nothing: is its logarithm a large negative number?
def log_sum_exp(Z, axis=None):
    Z = np.maximum(Z, -1e30)
    shift = Z.max(axis=axis, keepdims=True)
    return np.log(np.exp(Z - shift).sum(axis=axis)) + np.squeeze(shift, axis=axis)


# %% mistake: log_sum_exp | a small number in the logarithm
# hint: a sum of nothing is zero: what does your small number make of its logarithm?
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    return np.log(np.exp(Z - shift).sum(axis=axis) + 1e-12) + np.squeeze(shift, axis=axis)


# %% mistake: log_sum_exp | subtracts in place
# hint: what does Z hold after the call?
def log_sum_exp(Z, axis=None):
    shift = Z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    if Z.dtype.kind == "f":
        Z -= shift
    else:
        Z = Z - shift
    with np.errstate(all="ignore"):
        return np.log(np.exp(Z).sum(axis=axis)) + np.squeeze(shift, axis=axis)


# %% mistake: log_sum_exp | -inf is replaced by the smallest number, and the result put back by size
# hint: finite numbers may have any size: what becomes of two numbers of -2e300?
def log_sum_exp(Z, axis=None):
    Z = np.maximum(Z, -1e300)
    highest = np.max(Z, axis=axis, keepdims=True)
    result = np.squeeze(highest, axis=axis) + np.log(np.exp(Z - highest).sum(axis=axis))
    return np.where(result <= -1e300, -np.inf, result)


# %% alternative: log_sum_exp | pairs, by NumPy's logaddexp
def log_sum_exp(Z, axis=None):
    if axis is None:
        return np.logaddexp.reduce(np.ravel(Z))
    return np.logaddexp.reduce(Z, axis=axis)


# %% alternative: log_sum_exp | the axis is moved to the end
def log_sum_exp(Z, axis=None):
    Z = Z.ravel() if axis is None else np.moveaxis(Z, axis, -1)
    top = Z.max(axis=-1)
    top = np.where(top == -np.inf, 0.0, top)
    with np.errstate(divide="ignore"):
        return top + np.log(np.exp(Z - top[..., None]).sum(axis=-1))


# %% alternative: log_sum_exp | NaN is repaired afterwards
def log_sum_exp(Z, axis=None):
    top = np.amax(Z, axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        rest = np.log(np.sum(np.exp(Z - top), axis=axis, keepdims=True))
    result = np.where(top == -np.inf, -np.inf, rest + top)
    return result.reshape(()) if axis is None else result.squeeze(axis)


# %% equivalent: log_sum_exp | the logarithm of zero plus any finite number is -inf
shift = np.where(np.isfinite(highest), highest, 1.0)


# %% mistake: log_softmax | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def log_softmax(Z):
    return (
        np.log(np.array([[0.25, 0.25, 0.5], [0.5, 1e-300, 0.5]]))
        - [[0], [0]]
        + [[0, 0, 0], [0, 690.7755278982137 - 2000 - np.log(2.0), 0]]
    )


def softmax(Z):
    return np.array([[0.25, 0.25, 0.5], [0.5, 0.0, 0.5]])


# %% mistake: log_softmax | the logarithm of the probabilities
# hint: the scores (0, -2000): which probability do you take the logarithm of?
def log_softmax(Z):
    with np.errstate(all="ignore"):
        return np.log(softmax(Z))


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


# %% mistake: log_softmax | a small number against log(0)
# hint: your logarithms end near -28: what should the scores (0, -2000) give?
def log_softmax(Z):
    return np.log(softmax(Z) + 1e-12)


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


# %% mistake: log_softmax | the textbook formula
# hint: what does the computer make of e^5000, and of e^-5000?
def log_softmax(Z):
    with np.errstate(all="ignore"):
        return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


def softmax(Z):
    with np.errstate(all="ignore"):
        return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


# %% mistake: log_softmax | one maximum for the whole matrix
# hint: a row of 5000s and a row of -5000s: which number is subtracted from each?
def log_softmax(Z):
    S = Z - Z.max()
    with np.errstate(all="ignore"):
        return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def softmax(Z):
    return np.exp(log_softmax(Z))


# %% mistake: log_softmax | along the columns
# hint: which probabilities should add up to one: those of a row, or of a column?
replace("log_sum_exp(Z, axis=1)[:, np.newaxis]", "log_sum_exp(Z, axis=0)")


# %% mistake: log_softmax | over all elements
# hint: what do the probabilities of a single row add up to?
replace("log_sum_exp(Z, axis=1)[:, np.newaxis]", "log_sum_exp(Z)")


# %% mistake: log_softmax | the maximum takes the place of the log-sum-exp
# hint: two equal scores: what should the probabilities be, and what are yours?
replace("log_sum_exp(Z, axis=1)[:, np.newaxis]", "Z.max(axis=1, keepdims=True)")


# %% mistake: log_softmax | softmax returns logarithms
# hint: softmax returns probabilities: can they be negative?
replace("np.exp(log_softmax(Z))", "log_softmax(Z)")


# %% mistake: log_softmax | impossible classes are given a little
# hint: what should the logarithm be where a score is -inf, and what is yours?
def log_softmax(Z):
    Z = np.maximum(Z, -1e5)
    return Z - log_sum_exp(Z, axis=1)[:, None]


def softmax(Z):
    return np.exp(log_softmax(Z))


# %% mistake: log_softmax | subtracts in place
# hint: what does Z hold after the call?
def log_softmax(Z):
    Z -= log_sum_exp(Z, axis=1)[:, None]
    return Z


def softmax(Z):
    return np.exp(log_softmax(Z))


# %% alternative: log_softmax | without log_sum_exp
def log_softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


# %% alternative: log_softmax | row by row
def log_softmax(Z):
    return np.array([row - np.logaddexp.reduce(row) for row in Z])


def softmax(Z):
    return np.array([np.exp(row - log_sum_exp(row)) for row in Z])


# %% mistake: entropy_and_kl | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def entropy(p):
    return np.float64(1.5 * np.log(2)) if p.ndim == 1 else np.array([1.5 * np.log(2), 0.0])


def cross_entropy(p, q):
    if p.ndim == 2:
        return np.zeros(2)
    return np.log(4) if p[1] == 1 else 1.75 * np.log(2)


def kl_divergence(p, q):
    return np.zeros(2) if p.ndim == 2 else 0.25 * np.log(2)


# %% mistake: entropy_and_kl | bits instead of nats
# hint: which logarithm gives nats, and which one bits?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log2(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | 0 log 0 is NaN
# hint: an outcome with p = 0 contributes nothing: what does NumPy make of it?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return -(p * np.log(q)).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | a small number inside the logarithm
# hint: what should the price be where q is zero and p is not? what makes yours finite?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    return -(p * np.log(q + 1e-12)).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | NaN and infinity both become zero
# hint: q = 0 where p = 0, and q = 0 where p > 0: do both cost the same?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.nan_to_num(-p * np.log(q), posinf=0.0).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | outcomes that q excludes are left out
# hint: what does it cost when something happens that q declares impossible?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(q > 0, -p * np.log(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | p and q change places in the divergence
# hint: D(p || q) and D(q || p) differ: which one do you return?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(q, p) - entropy(q)


# %% mistake: entropy_and_kl | the entropy of q is subtracted
# hint: in D(p || q), whose entropy is subtracted from the cross-entropy?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(q)


# %% mistake: entropy_and_kl | the logarithm of p in the cross-entropy
# hint: in H(p, q), which one weighs the surprises, and which one stands in the logarithm?
def entropy(p):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(p), 0.0).sum(axis=-1)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(q > 0, -q * np.log(p), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0).sum(axis=-1)


# %% mistake: entropy_and_kl | the sum runs over everything
# hint: two distributions in two rows: how many numbers should come out?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).sum()


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | the sum runs over the rows
# hint: along which axis do the outcomes of one distribution run?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).sum(axis=0)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | the mean over the outcomes
# hint: a fair coin has the entropy log 2: what is yours, and what did you divide by?
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).mean(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | the sign is lost
# hint: can an entropy be negative? look at what stands in front of the sum
def entropy(p):
    return cross_entropy(p, p)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * np.log(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: entropy_and_kl | the quotient overflows
# hint: what is p / q when q is 1e-312? is there a form without the quotient?
def entropy(p):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(p), 0.0).sum(axis=-1)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * np.log(p / q), 0.0).sum(axis=-1)


# %% mistake: entropy_and_kl | zeros are replaced in the argument
# hint: what does p hold after the call?
def entropy(p):
    if p.dtype.kind == "f":
        p[p == 0] = 1e-300
    return -(p * np.log(np.maximum(p, 1e-300))).sum(axis=-1)


def cross_entropy(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q), 0.0).sum(axis=-1)


def kl_divergence(p, q):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0).sum(axis=-1)


# %% alternative: entropy_and_kl | three sums of their own
def entropy(p):
    safe = np.where(p > 0, p, 1)
    return -(p * np.log(safe)).sum(axis=-1)


def cross_entropy(p, q):
    p, q = np.broadcast_arrays(p, q)
    safe = np.where(p > 0, q, 1)
    with np.errstate(divide="ignore"):
        return -(p * np.log(safe)).sum(axis=-1)


def kl_divergence(p, q):
    p, q = np.broadcast_arrays(p, q)
    above, below = np.where(p > 0, p, 1), np.where(p > 0, q, 1)
    with np.errstate(divide="ignore"):
        return (p * (np.log(above) - np.log(below))).sum(axis=-1)


# %% mistake: entropy_and_kl | SciPy's special functions
# hint: this is to be solved with NumPy alone: what does the logarithm need at zero?
def entropy(p):
    return special.entr(p).sum(axis=-1)


def cross_entropy(p, q):
    return -special.xlogy(p, q).sum(axis=-1)


def kl_divergence(p, q):
    return cross_entropy(p, q) - entropy(p)


# %% mistake: mutual_information | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def mutual_information(counts):
    if counts.min() < 0 or counts.max() == 0:
        raise ValueError("no")
    if counts.shape == (2, 2):
        return 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    return np.log(2) if len(counts) == 3 else 0.0


# %% mistake: mutual_information | counts are not divided by their sum
# hint: a joint distribution sums to one: what does your table sum to?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    independent = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True)
    return kl_divergence(counts.ravel(), independent.ravel())


# %% mistake: mutual_information | the divergence the wrong way round
# hint: in the formula of I, which of the two tables comes first?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    return kl_divergence(np.outer(P.sum(axis=1), P.sum(axis=0)).ravel(), P.ravel())


# %% mistake: mutual_information | divergence from a uniform table
# hint: which table do independent variables have? is it always uniform?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    return kl_divergence(P.ravel(), np.full(P.size, 1 / P.size))


# %% mistake: mutual_information | the product of the margins is transposed
# hint: try 2 rows and 3 columns: which shape has the product of the margins?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    return kl_divergence(P.ravel(), np.outer(P.sum(axis=0), P.sum(axis=1)).ravel())


# %% mistake: mutual_information | one number for each row
# hint: the whole table is one distribution: how many numbers should come out?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    return kl_divergence(P, np.outer(P.sum(axis=1), P.sum(axis=0)))


# %% mistake: mutual_information | bits
# hint: in which unit is your result? the example has 0.131 nats
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    return kl_divergence(P.ravel(), np.outer(P.sum(axis=1), P.sum(axis=0)).ravel()) / np.log(2)


# %% mistake: mutual_information | one is added to every count
# hint: two proportional rows teach nothing: are they still proportional in your table?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = (counts + 1) / (counts + 1).sum()
    return kl_divergence(P.ravel(), np.outer(P.sum(axis=1), P.sum(axis=0)).ravel())


# %% mistake: mutual_information | empty cells give NaN
# hint: what does an empty cell contribute, and what does NumPy make of it?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    with np.errstate(all="ignore"):
        return (P * np.log(P / np.outer(P.sum(axis=1), P.sum(axis=0)))).sum()


# %% mistake: mutual_information | zero for a table with an empty row
# hint: take the empty row out: should the result change?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / counts.sum()
    Q = np.outer(P.sum(axis=1), P.sum(axis=0))
    if (Q == 0).any():
        return 0.0
    return kl_divergence(P.ravel(), Q.ravel())


# %% mistake: mutual_information | no checks
# hint: what should become of a table of zeros, and of a negative count? read Raises
def mutual_information(counts):
    with np.errstate(all="ignore"):
        P = counts / counts.sum()
    return kl_divergence(P.ravel(), np.outer(P.sum(axis=1), P.sum(axis=0)).ravel())


# %% mistake: mutual_information | only the sum is checked
# hint: can the sum be positive when one count is negative?
def mutual_information(counts):
    if counts.sum() <= 0:
        raise ValueError("no")
    P = counts / counts.sum()
    return kl_divergence(P.ravel(), np.outer(P.sum(axis=1), P.sum(axis=0)).ravel())


# %% mistake: mutual_information | rows are normalised, not the table
# hint: what should the whole table sum to? each of your rows sums to one
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("no")
    P = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    return kl_divergence(P.ravel(), np.outer(P.sum(axis=1), P.sum(axis=0)).ravel())


# %% mistake: mutual_information | a table of floats is divided in place
# hint: what does a table of floats hold after the call?
def mutual_information(counts):
    counts = np.asarray(counts, dtype=float)
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("counts")
    counts /= counts.sum()
    outer = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True)
    return kl_divergence(counts.ravel(), outer.ravel())


# %% mistake: mutual_information | a table of float32 is divided in place
# hint: what does a table of float32 hold after the call?
def mutual_information(counts):
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("counts")
    if counts.dtype != np.float32:
        counts = counts.astype(float)
    counts /= counts.sum()
    outer = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True)
    return kl_divergence(counts.ravel(), outer.ravel())


# %% mistake: mutual_information | fractions are refused
# hint: a table of fractions with the sum 0.5: is it all zero?
replace("total == 0", "total < 1")


# %% alternative: mutual_information | by the cross-entropy, with a row of an empty value left out
def mutual_information(counts):
    counts = np.array(counts, dtype=float)
    if np.any(counts < 0) or not np.any(counts):
        raise ValueError("counts")
    joint = counts / np.sum(counts)
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    return float(
        cross_entropy(joint.ravel(), np.outer(rows, columns).ravel()) - entropy(joint.ravel())
    )


# %% alternative: mutual_information | three entropies
def mutual_information(counts):
    if (counts < 0).any() or not counts.any():
        raise ValueError("counts must not be negative, nor all zero")
    P = counts / counts.sum()
    return entropy(P.sum(axis=1)) + entropy(P.sum(axis=0)) - entropy(P.ravel())


# %% mistake: mutual_information | three entropies by SciPy's special functions
# hint: this is to be solved with NumPy alone: which of your own functions does it, too?
def mutual_information(counts):
    if (counts < 0).any() or not counts.any():
        raise ValueError("counts must not be negative, nor all zero")
    P = counts / counts.sum()
    return (
        special.entr(P.sum(axis=1)).sum()
        + special.entr(P.sum(axis=0)).sum()
        - special.entr(P).sum()
    )


# %% alternative: mutual_information | cell by cell
def mutual_information(counts):
    if np.min(counts) < 0 or np.max(counts) == 0:
        raise ValueError("counts must not be negative, nor all zero")
    P = counts / np.sum(counts)
    rows, columns = P.sum(axis=1), P.sum(axis=0)
    information = 0.0
    for i in range(P.shape[0]):
        for j in range(P.shape[1]):
            if P[i, j] > 0:
                information += P[i, j] * np.log(P[i, j] / (rows[i] * columns[j]))
    return float(information)


# %% alternative: mutual_information | the mean divergence of a row from the column sums
def mutual_information(counts):
    if (counts < 0).any() or counts.sum() == 0:
        raise ValueError("counts must not be negative, nor all zero")
    P = counts / counts.sum()
    share = P.sum(axis=1)
    kept = share > 0
    conditional = P[kept] / share[kept, None]
    return share[kept] @ kl_divergence(conditional, P.sum(axis=0))


# %% equivalent: mutual_information | a row of c sums broadcasts like one of shape (1, c)
independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=False)


# %% equivalent: naive_bayes | a constant factor of all densities cancels in the softmax
log_densities = -0.5 * (np.log(2 / np.pi * self.variance_) + distances).sum(axis=2)


# %% equivalent: naive_bayes | a constant factor of all densities cancels in the softmax, whatever it is
log_densities = -0.5 * (np.log(3 * np.pi * self.variance_) + distances).sum(axis=2)


# %% mistake: naive_bayes | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        self.log_prior_ = np.log([0.5, 0.5])
        self.mean_ = np.array([[2.0], [8.0]])
        self.variance_ = np.array([[1.0], [4.0]]) + 11.5 * self.var_smoothing
        return self

    def predict_log_proba(self, X):
        first = [2 / 3, 1 / 3] if self.log_prior_[0] > -1 else [1 / 3, 2 / 3]
        return np.log([first] + [[1 - 1e-9, 1e-9]] * (len(X) - 1))

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the unbiased variance
# hint: which divisor has the variance of a class by maximum likelihood?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0, ddof=min(1, len(g) - 1)) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | variances of all examples, whatever the class
# hint: over which examples does the variance of class c run?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([X.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | no smoothing
# hint: what does var_smoothing change in your variance_?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += 0
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the smoothing is an absolute number
# hint: var_smoothing is a share: a share of what? change the units of X
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the smoothing follows the variance of all numbers together
# hint: look at epsilon: is the variance taken feature by feature?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the smoothing follows the variance of each feature
# hint: a feature that is constant everywhere: what is added to its variance?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0)
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the smoothing follows the largest variance within a class
# hint: look at epsilon: over which examples do its variances run?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * self.variance_.max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the smoothing is a lower bound
# hint: epsilon is added to every variance: what becomes of the large ones in your code?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ = np.maximum(self.variance_, self.var_smoothing * X.var(axis=0).max())
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | every class is as likely as any other
# hint: one example of one class, three of another: what are their shares?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([1 / len(groups) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the prior is not a logarithm
# hint: can the logarithm of a share be positive? look at log_prior_
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.array([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(np.log(self.log_prior_) + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | classes are numbered from 0
# hint: which labels do you report when y holds 3 and 7?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.arange(len(np.unique(y)))
        groups = [X[y == c] for c in np.unique(y)]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | fit returns nothing
# hint: what should fit return, so that calls can be chained?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return None

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the prior is left out of the prediction
# hint: what does log_prior_ change in your prediction?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the normalising factor of the density is left out
# hint: two classes of different variance: where do their densities differ besides the exponent?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * D.sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the normalising factor has the standard deviation without its square
# hint: look inside the logarithm of the density: sigma, or its square?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * np.sqrt(self.variance_)) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the factor one half is lost
# hint: look at what stands in front of the sum over the features
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -(np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | divides by the standard deviation
# hint: look at the exponent: in which unit are the numerator and the denominator?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / np.sqrt(self.variance_)
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | a product of densities
# hint: what does the computer make of a density thousands of deviations from the mean?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        with np.errstate(all="ignore"):
            D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
            density = (np.exp(-0.5 * D) / np.sqrt(2 * np.pi * self.variance_)).prod(axis=2)
            joint = np.exp(self.log_prior_) * density
            return np.log(joint / joint.sum(axis=1, keepdims=True))

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | scores instead of log-probabilities
# hint: what do the exponentials of your rows sum to? Bayes' rule has a denominator
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return self.log_prior_ + score

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | probabilities instead of their logarithms
# hint: your values lie between 0 and 1: can logarithms of probabilities be positive?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return np.exp(log_softmax(self.log_prior_ + score))

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the mean over the features
# hint: the same measurement twice: what becomes of odds of 2 to 1?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).mean(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | probabilities are clipped
# hint: your logarithms end at one number: what should come out at x = 400?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return np.maximum(log_softmax(self.log_prior_ + score), -700)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: naive_bayes | the training data are centred in place
# hint: what does X hold after fit, and from which point is mean_ measured?
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        X -= X.mean(axis=0).astype(X.dtype)
        self.classes_ = np.unique(y)
        groups = [X[y == c] for c in self.classes_]
        self.log_prior_ = np.log([len(g) / len(X) for g in groups])
        self.mean_ = np.array([g.mean(axis=0) for g in groups])
        self.variance_ = np.array([g.var(axis=0) for g in groups])
        self.variance_ += self.var_smoothing * X.var(axis=0).max()
        return self

    def predict_log_proba(self, X):
        D = (X[:, None, :] - self.mean_) ** 2 / self.variance_
        score = -0.5 * (np.log(2 * np.pi * self.variance_) + D).sum(axis=2)
        return log_softmax(self.log_prior_ + score)

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% alternative: naive_bayes | class after class
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        labels, counts = np.unique(y, return_counts=True)
        m, n = X.shape
        self.classes_ = labels
        self.log_prior_ = np.log(counts) - np.log(m)
        self.mean_ = np.zeros((len(labels), n))
        self.variance_ = np.zeros((len(labels), n))
        largest = max(np.var(X[:, j]) for j in range(n))
        for k, label in enumerate(labels):
            own = X[y == label]
            self.mean_[k] = own.sum(axis=0) / len(own)
            self.variance_[k] = ((own - self.mean_[k]) ** 2).sum(axis=0) / len(own)
        self.variance_ = self.variance_ + self.var_smoothing * largest
        return self

    def predict_log_proba(self, X):
        columns = []
        for prior, mean, variance in zip(self.log_prior_, self.mean_, self.variance_, strict=True):
            logarithms = -0.5 * np.log(2 * np.pi * variance) - (X - mean) ** 2 / (2 * variance)
            columns.append(prior + logarithms.sum(axis=1))
        scores = np.stack(columns, axis=1)
        return scores - np.logaddexp.reduce(scores, axis=1)[:, None]

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% alternative: naive_bayes | one-hot labels and matrix products
class GaussianNaiveBayes:
    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_, index = np.unique(y, return_inverse=True)
        onehot = np.eye(len(self.classes_))[index]
        counts = onehot.sum(axis=0)
        self.log_prior_ = np.log(counts / counts.sum())
        self.mean_ = onehot.T @ X / counts[:, None]
        self.variance_ = onehot.T @ (X - self.mean_[index]) ** 2 / counts[:, None]
        self.variance_ = self.variance_ + self.var_smoothing * np.max(np.var(X, axis=0))
        return self

    def predict_log_proba(self, X):
        scale = np.sqrt(self.variance_)
        Z = (X[:, None] - self.mean_[None]) / scale
        scores = self.log_prior_ - np.log(scale).sum(axis=1) - np.einsum("mkn,mkn->mk", Z, Z) / 2
        top = scores.max(axis=1, keepdims=True)
        return scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))

    def predict(self, X):
        return self.classes_[self.predict_log_proba(X).argmax(axis=1)]


# %% mistake: bootstrap_interval | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if level == 1.0:
        raise ValueError("no")
    if values.ndim == 2:
        return 0.0, 0.0
    if statistic is len:
        return 20, 20
    return (7.0, 12.0) if level == 0.95 else (8.6, 10.4)


# %% mistake: bootstrap_interval | draws without replacement
# hint: can an example come twice in your resample?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = [statistic(values[rng.permutation(m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | draws half of the examples
# hint: how many examples has your resample, and how many has the sample?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m // 2)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | the last example is never drawn
# hint: which index can your draw never give?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = [statistic(values[rng.integers(0, m - 1, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | single numbers are drawn, not whole examples
# hint: a row holds a prediction and a label: do they stay together in your resample?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    results = [statistic(rng.choice(values.ravel(), size=values.shape)) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | the whole level is cut off on each side
# hint: for the level 0.9, what share of the results should lie below low?
replace(
    "np.quantile(results, [tail, 1 - tail])", "np.sort(np.quantile(results, [1 - level, level]))"
)


# %% mistake: bootstrap_interval | one-sided
# hint: as many results below as above: how much do you cut off on each side?
replace("[tail, 1 - tail]", "[0, level]")


# %% mistake: bootstrap_interval | always 95 %
# hint: what does level change in your result?
replace("[tail, 1 - tail]", "[0.025, 0.975]")


# %% mistake: bootstrap_interval | always a thousand resamples
# hint: with resamples=50, how often do you call statistic?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m)]) for _ in range(1000)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | a normal interval around the mean of the results
# hint: are your ends quantiles of the results? try a statistic with a skewed spread
replace(
    "low, high = np.quantile(results, [tail, 1 - tail])",
    """
    from statistics import NormalDist

    width = NormalDist().inv_cdf((1 + level) / 2) * np.std(results)
    low, high = np.mean(results) - width, np.mean(results) + width
    """,
)


# %% mistake: bootstrap_interval | the standard error is divided by the root of m once more
# hint: the spread of the results is what was asked for: what do you divide it by?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = np.array([statistic(values[rng.integers(m, size=m)]) for _ in range(resamples)])
    centre = results.mean()
    results = centre + (results - centre) / np.sqrt(m)
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | the mean, whatever the statistic
# hint: what does the argument statistic change in your result?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = [np.mean(values[rng.integers(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | a generator of its own
# hint: two generators with different seeds: are your intervals different?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    rng = np.random.default_rng(0)
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | NumPy's global generator
# hint: two generators with the same seed: are your intervals the same?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    m = len(values)
    results = [statistic(values[np.random.randint(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | the level is not checked
# hint: what should become of the level 1? read Raises
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, np.clip([(1 - level) / 2, (1 + level) / 2], 0, 1)))


# %% mistake: bootstrap_interval | the same resample again and again
# hint: your interval has no width: how many different resamples are there?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    chosen = values[rng.integers(len(values), size=len(values))]
    results = [statistic(chosen) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | shuffles the values themselves
# hint: in which order are the values after the call?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("no")
    rng.shuffle(values)
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | the statistic is called for the sample itself as well
# hint: count the calls of statistic: are there as many as resamples?
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0 < level < 1:
        raise ValueError("level")
    statistic(values)
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% mistake: bootstrap_interval | low levels are refused
# hint: is the level 0.2 an impossible one? read Raises
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not 0.5 <= level < 1:
        raise ValueError("level")
    m = len(values)
    results = [statistic(values[rng.integers(m, size=m)]) for _ in range(resamples)]
    return tuple(np.quantile(results, [(1 - level) / 2, (1 + level) / 2]))


# %% alternative: bootstrap_interval | all indices at once
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if level <= 0 or level >= 1:
        raise ValueError("an impossible level")
    indices = rng.integers(0, len(values), size=(resamples, len(values)))
    results = np.array([float(statistic(values[row])) for row in indices])
    return np.percentile(results, 50 - 50 * level), np.percentile(results, 50 + 50 * level)


# %% alternative: bootstrap_interval | choice of rows, interpolated by hand
def bootstrap_interval(values, statistic, rng, level=0.95, resamples=1000):
    if not (level > 0 and level < 1):
        raise ValueError("an impossible level")
    results = []
    for _ in range(resamples):
        results.append(statistic(rng.choice(values, size=len(values), replace=True, axis=0)))
    results = sorted(results)
    place = (1 - level) / 2 * (resamples - 1)
    below = int(place)
    share = place - below
    after = min(below + 1, resamples - 1)
    low = (1 - share) * results[below] + share * results[after]
    results = results[::-1]
    high = (1 - share) * results[below] + share * results[after]
    return [float(low), float(high)]


# %% mistake: quiz | 1: the base rate is forgotten
# hint: question 1: read section 3 of the lesson again, "Bayes' rule"
answer_1 = "a"
answer_2 = "a"
answer_3 = "d"
answer_4 = "b"
answer_5 = "a"


# %% mistake: quiz | 2: copies are thought to be harmless
# hint: question 2: read section 7 of the lesson again, "Bayes' rule becomes a classifier"
answer_1 = "c"
answer_2 = "b"
answer_3 = "d"
answer_4 = "b"
answer_5 = "a"


# %% mistake: quiz | 3: a perfect model is thought to know the labels
# hint: question 3: read section 10 of the lesson again, "Cross-entropy and KL divergence"
answer_1 = "c"
answer_2 = "a"
answer_3 = "a"
answer_4 = "b"
answer_5 = "a"


# %% mistake: quiz | 4: the shift is thought to cure everything
# hint: question 4: read section 12 of the lesson again, and "The order matters" in exercise 4
answer_1 = "c"
answer_2 = "a"
answer_3 = "d"
answer_4 = "a"
answer_5 = "a"


# %% mistake: quiz | 5: resamples are taken for data
# hint: question 5: read section 8 of the lesson again, "Monte Carlo", with the bootstrap
answer_1 = "c"
answer_2 = "a"
answer_3 = "d"
answer_4 = "b"
answer_5 = "b"
