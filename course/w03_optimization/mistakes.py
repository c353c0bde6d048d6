"""Wrong and unusual right answers of week 3, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: gradient_check | a one-sided difference
# hint: which slope do you get for |w| at 0? does its left side count as much as its right one?
replace("behind[place] -= step", "pass")
replace("2 * step", "step")


# %% mistake: gradient_check | divided by one step, not by two
# hint: your slopes are twice as large as they should be: how far apart are the two points?
replace("2 * step", "step")


# %% mistake: gradient_check | the step is always 1e-5
# hint: take w**3 at 1 with step 0.5: does your result depend on the step?
replace("ahead[place] += step", "ahead[place] += 1e-5")
replace("behind[place] -= step", "behind[place] -= 1e-5")
replace("2 * step", "2e-5")


# %% mistake: gradient_check | integers stay integers
# hint: what does an array of integers hold after 2.00001 was written into it?
replace("np.array(w, dtype=np.float64)", "np.array(w)")
replace("ahead[place] += step", "ahead[place] = ahead[place] + step")
replace("behind[place] -= step", "behind[place] = behind[place] - step")


# %% mistake: gradient_check | the steps are made in w itself and not taken back
# hint: what does w hold after the call, and when the second element is measured?
def numerical_gradient(function, w, step=1e-5):
    slopes = np.empty(np.shape(w))
    for place in np.ndindex(slopes.shape):
        w[place] += step
        above = function(w)
        w[place] -= 2 * step
        slopes[place] = (above - function(w)) / (2 * step)
    return slopes


def check_gradient(function, gradient, w):
    claimed = np.asarray(gradient(w))
    if claimed.shape != np.shape(w):
        raise ValueError("shapes differ")
    measured = numerical_gradient(function, w)
    size = np.linalg.norm(claimed) + np.linalg.norm(measured)
    return np.linalg.norm(claimed - measured) / size if size > 0 else 0.0


# %% mistake: gradient_check | all elements move together: the slope along the diagonal
# hint: which elements of w move while you measure the slope of a single one?
def numerical_gradient(function, w, step=1e-5):
    w = np.array(w, dtype=np.float64)
    slope = (function(w + step) - function(w - step)) / (2 * step)
    return np.full(w.shape, slope)


def check_gradient(function, gradient, w):
    claimed = np.asarray(gradient(w))
    if claimed.shape != np.shape(w):
        raise ValueError("shapes differ")
    measured = numerical_gradient(function, w)
    size = np.linalg.norm(claimed) + np.linalg.norm(measured)
    return np.linalg.norm(claimed - measured) / size if size > 0 else 0.0


# %% mistake: gradient_check | only vectors: the loop runs over the first axis
# hint: for w of shape (2, 3), how many slopes are there, and how many does your loop measure?
def numerical_gradient(function, w, step=1e-5):
    w = np.array(w, dtype=np.float64)
    slopes = np.zeros(w.shape)
    for j in range(len(w)):
        move = np.zeros(w.shape)
        move[j] = step
        slopes[j] = (function(w + move) - function(w - move)) / (2 * step)
    return slopes


def check_gradient(function, gradient, w):
    claimed = np.asarray(gradient(w))
    if claimed.shape != np.shape(w):
        raise ValueError("shapes differ")
    measured = numerical_gradient(function, w)
    size = np.linalg.norm(claimed) + np.linalg.norm(measured)
    return np.linalg.norm(claimed - measured) / size if size > 0 else 0.0


# %% mistake: gradient_check | the result is flat
# hint: compare the shape of your result with that of w when w is a matrix
replace("return slopes", "return slopes.ravel()")


# %% mistake: gradient_check | the absolute error in the place of the relative one
# hint: what becomes of your error when the function is 1000 times as large?
replace(
    "np.linalg.norm(claimed - measured) / size if size > 0 else 0.0",
    "np.linalg.norm(claimed - measured)",
)


# %% mistake: gradient_check | relative to the claimed gradient alone
# hint: what is your error when zeros are claimed in the place of a gradient?
replace("np.linalg.norm(claimed) + np.linalg.norm(measured)", "np.linalg.norm(claimed)")


# %% mistake: gradient_check | relative to the norm of the sum
# hint: what does your divisor become when the opposite of the gradient is claimed?
replace("np.linalg.norm(claimed) + np.linalg.norm(measured)", "np.linalg.norm(claimed + measured)")


# %% mistake: gradient_check | relative to the larger norm
# hint: your error of opposite gradients is 2: which norms stand in the divisor of the formula?
replace(
    "np.linalg.norm(claimed) + np.linalg.norm(measured)",
    "max(np.linalg.norm(claimed), np.linalg.norm(measured))",
)


# %% mistake: gradient_check | zero divided by zero
# hint: what does your error become when both gradients are zero everywhere?
replace(
    "np.linalg.norm(claimed - measured) / size if size > 0 else 0.0",
    "np.linalg.norm(claimed - measured) / size",
)


# %% mistake: gradient_check | any broadcast is welcome
# hint: what does your check do with a gradient of shape (2, 1) for w of shape (2,)?
replace(
    """
    if claimed.shape != np.shape(w):
        raise ValueError(f"the gradient has shape {claimed.shape}, the parameters {np.shape(w)}")
    """,
    "",
)


# %% mistake: gradient_check | only the sizes are compared, not the shapes
# hint: (3,) and (1, 3) have equally many elements: does your comparison tell them apart?
replace("claimed.shape != np.shape(w)", "claimed.size != np.size(w)")


# %% mistake: gradient_check | a small number in the divisor hides small gradients
# hint: what does your divisor become when both gradients are of size 1e-9?
replace(
    "np.linalg.norm(claimed - measured) / size if size > 0 else 0.0",
    "np.linalg.norm(claimed - measured) / (size + 0.01)",
)


# %% mistake: gradient_check | the squares of the norms
# hint: your error of the claim (6, 2) is 1/77: compare its divisor with that in the text
replace(
    "np.linalg.norm(claimed) + np.linalg.norm(measured)", "np.sum(claimed**2) + np.sum(measured**2)"
)
replace("np.linalg.norm(claimed - measured)", "np.sum((claimed - measured) ** 2)")


# %% mistake: gradient_check | gradients that np.allclose takes for zero agree
# hint: only exact zeros are a case by themselves: what does np.allclose say of 1e-9?
replace(
    """
    size = np.linalg.norm(claimed) + np.linalg.norm(measured)
    return np.linalg.norm(claimed - measured) / size if size > 0 else 0.0
    """,
    """
    if np.allclose(claimed, 0) and np.allclose(measured, 0):
        return 0.0
    size = np.linalg.norm(claimed) + np.linalg.norm(measured)
    return np.linalg.norm(claimed - measured) / size
    """,
)


# %% mistake: gradient_check | the divisor is at least 1e-8
# hint: what does your divisor become when both gradients are of size 1e-10?
replace(
    "np.linalg.norm(claimed - measured) / size if size > 0 else 0.0",
    "np.linalg.norm(claimed - measured) / max(size, 1e-8)",
)


# %% mistake: gradient_check | norms below 1e-6 count as zero
# hint: your error is 0 for all gradients of size 1e-9: which zeros are a case by themselves?
replace(
    "np.linalg.norm(claimed - measured) / size if size > 0 else 0.0",
    "0.0 if size < 1e-6 else np.linalg.norm(claimed - measured) / size",
)


# %% mistake: gradient_check | a gradient of several dimensions is refused
# hint: what does your check do with a right gradient of shape (2, 3) for w of that shape?
replace("claimed.shape != np.shape(w)", "claimed.ndim != 1 or claimed.shape != np.shape(w)")


# %% mistake: gradient_check | the result is float32
# hint: look at the dtype of your slopes: how many digits does it keep?
replace("return slopes", "return slopes.astype(np.float32)")


# %% alternative: gradient_check | one-hot moves; the norm by hand
def numerical_gradient(function, w, step=1e-5):
    w = np.asarray(w, dtype=float)
    moves = step * np.eye(w.size).reshape(w.size, *w.shape)
    slopes = [(function(w + move) - function(w - move)) / step / 2 for move in moves]
    return np.array(slopes).reshape(w.shape)


def check_gradient(function, gradient, w):
    g = gradient(w)
    if np.shape(g) != np.shape(w):
        raise ValueError("another shape")
    h = numerical_gradient(function, w)
    distance = np.sqrt(np.sum((g - h) ** 2))
    if distance == 0:
        return 0.0
    return float(distance / (np.sqrt(np.sum(g**2)) + np.sqrt(np.sum(h**2))))


# %% alternative: gradient_check | moved to and fro in one private copy
def numerical_gradient(function, w, step=1e-5):
    w = w.astype(np.float64)
    slopes = np.zeros_like(w)
    for index, value in np.ndenumerate(w.copy()):
        w[index] = value + step
        slopes[index] = function(w)
        w[index] = value - step
        slopes[index] -= function(w)
        w[index] = value
    return slopes / (2.0 * step)


def check_gradient(function, gradient, w):
    claimed = np.asarray(gradient(w))
    if claimed.shape != np.shape(w):
        raise ValueError("shapes differ")
    measured = numerical_gradient(function, w)
    size = np.linalg.norm(claimed) + np.linalg.norm(measured)
    return np.linalg.norm(claimed - measured) / size if size > 0 else 0.0


# %% mistake: momentum | uphill
# hint: does your step of gradient descent go with the gradient or against it?
replace("w - learning_rate * gradient", "w + learning_rate * gradient")


# %% mistake: momentum | descent in place
# hint: what does the caller's w hold after your step of gradient descent?
replace(
    "return w - learning_rate * gradient, {}",
    """
    w -= learning_rate * gradient
    return w, {}
    """,
)


# %% mistake: momentum | descent returns the parameters alone
# hint: how many things does a step return? compare yours with the docstring
replace("w - learning_rate * gradient, {}", "w - learning_rate * gradient")


# %% mistake: momentum | the state is None
# hint: which type does the state have in the docstring, and which does yours have?
replace("w - learning_rate * gradient, {}", "w - learning_rate * gradient, None")


# %% mistake: momentum | descent hands on the state that it got
# hint: is the dictionary that you return a new one, and what does it hold?
replace("w - learning_rate * gradient, {}", "w - learning_rate * gradient, state")


# %% mistake: momentum | descent empties the caller's state
# hint: what does the caller's dictionary hold after your step of gradient descent?
replace(
    "return w - learning_rate * gradient, {}",
    """
    state.clear()
    return w - learning_rate * gradient, {}
    """,
)


# %% mistake: momentum | descent returns a copy of the state
# hint: what should gradient descent remember, whatever came in?
replace("w - learning_rate * gradient, {}", "w - learning_rate * gradient, dict(state)")


# %% mistake: momentum | a state without a velocity is an error
# hint: what does your step do when the state is {}, as before the first one?
replace('state.get("v", 0)', 'state["v"]')


# %% mistake: momentum | the gradient is scaled to length one
# hint: your step of descent has the same length for all gradients: is that so in the formula?
replace("learning_rate * gradient", "learning_rate * gradient / np.linalg.norm(gradient)")


# %% mistake: momentum | an average: the gradient comes in with weight 1 - momentum
# hint: feed a constant gradient g: does your velocity grow to g / (1 - momentum)?
replace(
    'momentum * state.get("v", 0) + gradient',
    'momentum * state.get("v", 0) + (1 - momentum) * gradient',
)


# %% mistake: momentum | the old velocity moves the parameters
# hint: your first step leaves w where it was: which v stands in the second formula?
replace(
    "direction = gradient + momentum * velocity if nesterov else velocity",
    """
    old = state.get("v", 0)
    direction = gradient + momentum * velocity if nesterov else old + 0 * gradient
    """,
)


# %% mistake: momentum | the velocity is forgotten
# hint: which velocity does your second step start from?
replace('{"v": velocity}', "{}")


# %% mistake: momentum | the state is updated in place
# hint: is the dictionary that you return the one that came in?
replace(
    'return w - learning_rate * direction, {"v": velocity}',
    """
    state["v"] = velocity
    return w - learning_rate * direction, state
    """,
)


# %% mistake: momentum | the velocity itself is updated in place
# hint: what does the caller's array state["v"] hold after your step?
replace(
    'velocity = momentum * state.get("v", 0) + gradient',
    """
    velocity = state.get("v", np.zeros_like(w))
    velocity *= momentum
    velocity += gradient
    """,
)


# %% mistake: momentum | the first velocity is the gradient's own memory
# hint: write into the gradient after the first step: does your state["v"] change as well?
replace(
    'momentum * state.get("v", 0) + gradient',
    'momentum * state["v"] + gradient if "v" in state else gradient',
)


# %% mistake: momentum | the learning rate is inside the velocity
# hint: compare your state["v"] with the table: should it depend on the learning rate?
replace(
    'momentum * state.get("v", 0) + gradient',
    'momentum * state.get("v", 0) + learning_rate * gradient',
)
replace("learning_rate * direction", "direction")


# %% mistake: momentum | Nesterov with the old velocity
# hint: your Nesterov visits the points of plain momentum: which v stands in its formula?
replace("momentum * velocity", 'momentum * state.get("v", 0)')


# %% mistake: momentum | Nesterov's direction is kept as velocity
# hint: the table has one v for both variants: what do you keep as v with Nesterov?
replace('{"v": velocity}', '{"v": direction}')


# %% mistake: momentum | nesterov is ignored
# hint: does nesterov=True change your step at all? compare with the last column of the table
replace("gradient + momentum * velocity if nesterov else velocity", "velocity")


# %% mistake: momentum | momentum is always 0.9
# hint: try momentum=0.5: does your velocity change?
replace(
    'velocity = momentum * state.get("v", 0) + gradient',
    """
    momentum = 0.9
    velocity = momentum * state.get("v", 0) + gradient
    """,
)


# %% mistake: momentum | the velocity is float64 whatever comes in
# hint: which dtype does your velocity have when w and the gradient are float32?
replace('state.get("v", 0)', 'state.get("v", np.zeros(w.shape))')


# %% mistake: momentum | the step along the velocity is added, not subtracted
# hint: does your step of momentum go with the velocity or against it?
replace("w - learning_rate * direction", "w + learning_rate * direction")


# %% alternative: momentum | zeros_like for the missing velocity; the state handed back
def gradient_descent_step(w, gradient, state, learning_rate):
    new = w.copy()
    new -= learning_rate * gradient
    return new, dict()


def momentum_step(w, gradient, state, learning_rate, momentum=0.9, nesterov=False):
    v = state["v"].copy() if "v" in state else np.zeros_like(w)
    v = gradient + momentum * v
    if nesterov:
        return w - learning_rate * gradient - learning_rate * momentum * v, {"v": v}
    return w - learning_rate * v, {"v": v}


# %% alternative: momentum | Nesterov from the old velocity, written out
def gradient_descent_step(w, gradient, state, learning_rate):
    return w - learning_rate * gradient, {}


def momentum_step(w, gradient, state, learning_rate, momentum=0.9, nesterov=False):
    old = state.get("v", np.zeros_like(gradient))
    new_state = {**state, "v": momentum * old + gradient}
    if not nesterov:
        return np.subtract(w, learning_rate * new_state["v"]), new_state
    ahead = (1 + momentum) * gradient + momentum**2 * old
    return np.subtract(w, learning_rate * ahead), new_state


# %% mistake: rmsprop | the root is missing
# hint: divide a gradient by your divisor: does its unit cancel? look at the formula again
replace("np.sqrt(squares)", "squares")


# %% mistake: rmsprop | epsilon inside the root
# hint: take s = 4 and epsilon = 2: what is your divisor, and what is that of the formula?
replace("np.sqrt(squares) + epsilon", "np.sqrt(squares + epsilon)")


# %% mistake: rmsprop | no epsilon
# hint: what becomes of an element whose gradients are all zero?
replace("np.sqrt(squares) + epsilon", "np.sqrt(squares)")


# %% mistake: rmsprop | the old average in the divisor
# hint: what is your divisor at the first step, when the state is empty?
replace("np.sqrt(squares)", 'np.sqrt(state.get("s", 0 * w))')


# %% mistake: rmsprop | the weights of the average are turned round
# hint: with rho = 0.9, which share of the old average do you keep?
replace("1 - rho", "rho")
replace('rho * state.get("s", 0)', '(1 - rho) * state.get("s", 0)')


# %% mistake: rmsprop | AdaGrad: a sum that never forgets
# hint: your s can only grow: compare AdaGrad and RMSProp in section 9 of the lesson
replace('rho * state.get("s", 0) + (1 - rho) * gradient**2', 'state.get("s", 0) + gradient**2')


# %% mistake: rmsprop | one step length for all: the norm of the gradient
# hint: all elements of your s are alike: which gradients go into each of them?
replace("(1 - rho) * gradient**2", "(1 - rho) * np.sum(gradient**2) * np.ones_like(w)")


# %% mistake: rmsprop | the average of the gradients, not of their squares
# hint: what does your average become when the gradients alternate in sign?
replace("gradient**2", "gradient")
replace("np.sqrt", "np.abs")


# %% mistake: rmsprop | the state keeps the root
# hint: compare your state["s"] with the example: do you remember s or its root?
replace('{"s": squares}', '{"s": np.sqrt(squares)}')


# %% mistake: rmsprop | the average is updated in place
# hint: what do the caller's dictionary and its array "s" hold after your step?
def rmsprop_step(w, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    squares = state.setdefault("s", np.zeros_like(w))
    squares *= rho
    squares += (1 - rho) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(squares) + epsilon), {"s": squares}


# %% mistake: rmsprop | nothing is remembered
# hint: which average does your second step start from?
replace('{"s": squares}', "{}")


# %% mistake: rmsprop | with Adam's bias correction at the first step
# hint: compare your first s with the example: from which value does the average start?
def rmsprop_step(w, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    squares = rho * state.get("s", 0) + (1 - rho) * gradient**2
    if "s" not in state:
        squares = gradient**2
    return w - learning_rate * gradient / (np.sqrt(squares) + epsilon), {"s": squares}


# %% alternative: rmsprop | the average as a step towards the new square
def rmsprop_step(w, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    s = state.get("s", np.zeros_like(w))
    s = s + (1 - rho) * (gradient * gradient - s)
    scale = learning_rate / (s**0.5 + epsilon)
    return w - scale * gradient, {"s": s}


# %% alternative: rmsprop | in place, on a copy
def rmsprop_step(w, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    new_state = {name: np.array(value) for name, value in state.items()}
    s = new_state.setdefault("s", np.zeros_like(w))
    s *= rho
    s += (1 - rho) * np.square(gradient)
    return np.array(w - learning_rate * gradient / (np.sqrt(s) + epsilon)), {"s": s}


# %% mistake: adam | no bias correction
# hint: how many learning rates long is your first step? look below the table
replace("v / (1 - beta1**t)", "v")
replace("s / (1 - beta2**t)", "s")


# %% mistake: adam | bias correction of the first average only
# hint: your first step is some 30 learning rates long: which average is still too small?
replace("s / (1 - beta2**t)", "s")


# %% mistake: adam | the count stays at one
# hint: what does state["t"] hold after your second step?
replace('state.get("t", 0) + 1', "1")


# %% mistake: adam | the count begins at zero: a division by zero is dodged
# hint: which t stands in your first corrections? in the formula it runs 1, 2, 3, …
replace('state.get("t", 0) + 1', 'state.get("t", 0)')
replace("1 - beta1**t", "1 - beta1**t + 1e-8")
replace("1 - beta2**t", "1 - beta2**t + 1e-8")
replace('{"t": t, "v": v, "s": s}', '{"t": t + 1, "v": v, "s": s}')


# %% mistake: adam | the corrected averages are stored
# hint: does your state hold v and s of the table, or the columns with hats?
replace('{"t": t, "v": v, "s": s}', '{"t": t, "v": v_hat, "s": s_hat}')


# %% mistake: adam | both corrections use beta1
# hint: look at the divisors of both hats: which beta belongs to which average?
replace("beta2**t", "beta1**t")


# %% mistake: adam | epsilon inside the root
# hint: take a corrected s of 4 and epsilon = 2: what is your divisor, what that of the formula?
replace("np.sqrt(s_hat) + epsilon", "np.sqrt(s_hat + epsilon)")


# %% mistake: adam | epsilon is added before the correction
# hint: to which root do you add epsilon: that of s, or that of the corrected s?
replace("learning_rate * v_hat", "learning_rate * v_hat * np.sqrt(1 - beta2**t)")
replace("np.sqrt(s_hat)", "np.sqrt(s)")


# %% mistake: adam | beta1 and beta2 change places
# hint: compare the order and the values of beta1 and beta2 in your signature with the given one
def adam_step(
    w, gradient, state, learning_rate, beta2=0.9, beta1=0.999, epsilon=1e-8, weight_decay=0.0
):
    t = state.get("t", 0) + 1
    v = beta1 * state.get("v", 0) + (1 - beta1) * gradient
    s = beta2 * state.get("s", 0) + (1 - beta2) * gradient**2
    v_hat = v / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    decayed = (1 - learning_rate * weight_decay) * w
    new_w = decayed - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_w, {"t": t, "v": v, "s": s}


# %% mistake: adam | L2: the decay goes into the gradient
# hint: compare state["v"] with and without weight decay: should it see the decay?
replace(
    't = state.get("t", 0) + 1',
    """
    gradient = gradient + weight_decay * w
    t = state.get("t", 0) + 1
    """,
)
replace("(1 - learning_rate * weight_decay) * w", "w")


# %% mistake: adam | the decay forgets the learning rate
# hint: with a zero gradient, which fraction of w do you lose? should the rate matter?
replace("learning_rate * weight_decay", "weight_decay")


# %% mistake: adam | weights decay after the step, not before
# hint: which w loses its fraction in yours: the old one, or one that has moved already?
replace("(1 - learning_rate * weight_decay) * w", "w")
replace(
    'return new_w, {"t": t, "v": v, "s": s}',
    """
    new_w = (1 - learning_rate * weight_decay) * new_w
    return new_w, {"t": t, "v": v, "s": s}
    """,
)


# %% mistake: adam | weight decay is ignored
# hint: take a zero gradient: does weight_decay change w in yours?
replace("(1 - learning_rate * weight_decay) * w", "w")


# %% mistake: adam | the state is updated in place
# hint: is the dictionary that you return the one that came in?
replace(
    'return new_w, {"t": t, "v": v, "s": s}',
    """
    state.update({"t": t, "v": v, "s": s})
    return new_w, state
    """,
)


# %% mistake: adam | the averages are updated in place
# hint: what does the caller's array state["v"] hold after your step?
replace(
    'v = beta1 * state.get("v", 0) + (1 - beta1) * gradient',
    """
    v = state.get("v", np.zeros_like(w))
    v *= beta1
    v += (1 - beta1) * gradient
    """,
)


# %% mistake: adam | the parameters are updated in place
# hint: what does the caller's w hold after a step with weight decay?
replace(
    "decayed = (1 - learning_rate * weight_decay) * w",
    """
    w *= 1 - learning_rate * weight_decay
    decayed = w
    """,
)


# %% mistake: adam | Nadam: the gradient looks ahead
# hint: how often does the new gradient enter your numerator? compare with the formula of v hat
replace("v / (1 - beta1**t)", "(beta1 * v + (1 - beta1) * gradient) / (1 - beta1**t)")


# %% mistake: adam | AMSGrad-like: the average of squares never falls
# hint: small gradients follow a large one: does your s fall again?
replace(
    "v_hat = v / (1 - beta1**t)",
    """
    s = np.maximum(s, state.get("s", 0))
    v_hat = v / (1 - beta1**t)
    """,
)


# %% alternative: adam | the corrections in the rate and in epsilon
def adam_step(
    w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0
):
    t = state["t"] + 1 if state else 1
    v = state["v"] if state else np.zeros_like(w)
    s = state["s"] if state else np.zeros_like(w)
    v = v + (1 - beta1) * (gradient - v)
    s = s + (1 - beta2) * (np.square(gradient) - s)
    root = (1 - beta2**t) ** 0.5
    rate = learning_rate * root / (1 - beta1**t)
    step = rate * v / (np.sqrt(s) + epsilon * root)
    return w - learning_rate * weight_decay * w - step, {"t": t, "v": v, "s": s}


# %% alternative: adam | decay subtracted from the finished step; math.sqrt of scalars
def adam_step(
    w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0
):
    new = {"t": 0, "v": np.zeros_like(w), "s": np.zeros_like(w)} | state
    new["t"] += 1
    new["v"] = beta1 * new["v"] + (1 - beta1) * gradient
    new["s"] = beta2 * new["s"] + (1 - beta2) * gradient * gradient
    direction = new["v"] / (1 - beta1 ** new["t"])
    size = (new["s"] / (1 - beta2 ** new["t"])) ** 0.5
    return w - learning_rate * (direction / (size + epsilon) + weight_decay * w), new


# %% mistake: minibatches | no shuffling
# hint: in which order do your examples come, and what do you use rng for?
replace("rng.permutation", "np.arange")


# %% mistake: minibatches | drawn with replacement
# hint: sort the labels of one epoch: does every example come exactly once?
replace("rng.permutation(len(X))", "rng.integers(len(X), size=len(X))")


# %% mistake: minibatches | the last, smaller batch is dropped
# hint: how many examples do your batches hold together for m = 7 and B = 3?
replace("range(0, len(X), batch_size)", "range(0, len(X) - batch_size + 1, batch_size)")


# %% mistake: minibatches | X and y are shuffled apart
# hint: does every example keep its label? compare the rows of a batch with their labels
replace("y[members]", "y[rng.permutation(members)]")


# %% mistake: minibatches | a fixed seed: every epoch has the same order
# hint: take two epochs with the same rng: do their orders differ?
replace("rng.permutation", "np.random.default_rng(0).permutation")


# %% mistake: minibatches | the global generator
# hint: does the same seed of rng give you the same order twice?
replace("rng.permutation", "np.random.permutation")


# %% mistake: minibatches | the data itself is shuffled
# hint: what do the caller's X and y hold after an epoch?
replace(
    "shuffled = rng.permutation(len(X))",
    """
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    shuffled = np.arange(len(X))
    """,
)


# %% mistake: minibatches | only the order of the batches is random
# hint: can the first and the last example ever meet in one of your batches?
replace("shuffled = rng.permutation(len(X))", "")
replace("range(0, len(X), batch_size)", "rng.permutation(np.arange(0, len(X), batch_size))")
replace("shuffled[first : first + batch_size]", "np.arange(len(X))[first : first + batch_size]")


# %% mistake: minibatches | a random start, then round in a circle
# hint: which example follows number 3 in your order, in this epoch and in the next?
replace("rng.permutation(len(X))", "np.roll(np.arange(len(X)), rng.integers(len(X)))")


# %% mistake: minibatches | lengths are not compared
# hint: what does your function do when y is longer than X, or shorter?
def minibatches(X, y, batch_size, rng):
    if batch_size < 1:
        raise ValueError("no batch")
    shuffled = rng.permutation(len(X))
    for first in range(0, len(X), batch_size):
        members = shuffled[first : first + batch_size]
        yield X[members], y[members]


# %% mistake: minibatches | negative batch sizes give no batches, in silence
# hint: how many batches do you yield for a batch_size of -2? look below Raises
def minibatches(X, y, batch_size, rng):
    if len(X) != len(y):
        raise ValueError("lengths differ")
    shuffled = rng.permutation(len(X))
    for first in range(0, len(X), batch_size):
        members = shuffled[first : first + batch_size]
        yield X[members], y[members]


# %% equivalent: minibatches | a batch size of zero is refused by range itself, with a ValueError too
if batch_size < 0:
    ...


# %% mistake: minibatches | the last batch is filled up from the beginning
# hint: how large is your last batch for m = 7 and B = 3? does an example come twice?
replace(
    "shuffled[first : first + batch_size]",
    'np.take(shuffled, range(first, first + batch_size), mode="wrap")',
)


# %% mistake: minibatches | only the labels follow the row numbers within a batch
# hint: in which order are the rows of your X_batch, and in which its labels?
replace("y[members]", "y[np.sort(members)]")


# %% mistake: minibatches | only the first batch
# hint: how many batches do you yield for m = 7 and B = 3?
replace(
    "yield X[members], y[members]",
    """
    yield X[members], y[members]
    return
    """,
)


# %% alternative: minibatches | shuffled copies, cut into views; a list
def minibatches(X, y, batch_size, rng):
    if len(X) != len(y) or batch_size < 1:
        raise ValueError("impossible")
    order = np.arange(len(X))
    rng.shuffle(order)
    X, y = X[order], y[order]
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


# %% mistake: minibatches | a batch_size above the number of examples is refused
# hint: what does the docstring say of a batch_size larger than m?
def minibatches(X, y, batch_size, rng):
    if len(X) != len(y) or not 1 <= batch_size <= len(X):
        raise ValueError("this batch_size is impossible")
    shuffled = rng.permutation(len(X))
    for first in range(0, len(X), batch_size):
        members = shuffled[first : first + batch_size]
        yield X[members], y[members]


# %% alternative: minibatches | a list of pairs, all made at once
def minibatches(X, y, batch_size, rng):
    if len(X) != len(y):
        raise ValueError("lengths differ")
    if batch_size < 1:
        raise ValueError("batch_size is below 1")
    order = np.arange(len(X))
    rng.shuffle(order)
    count = (len(X) + batch_size - 1) // batch_size
    pieces = [order[batch_size * i : batch_size * (i + 1)] for i in range(count)]
    return [(X[piece], y[piece]) for piece in pieces]


# %% alternative: minibatches | np.split; sorting random keys
def minibatches(X, y, batch_size, rng):
    if len(X) != len(y) or batch_size <= 0:
        raise ValueError("impossible")
    order = np.argsort(rng.random(len(X)))
    for members in np.split(order, np.arange(batch_size, len(X), batch_size)):
        yield X[members], y[members]


# %% mistake: schedule | the cosine rises again after the end
# hint: what becomes of your cosine after the last step?
replace(
    "min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)",
    "(step - warmup_steps) / (total_steps - warmup_steps)",
)


# %% mistake: schedule | the cosine begins at step 0, not after the warm-up
# hint: both pieces meet at t = W: which rate does your cosine give there?
replace("(step - warmup_steps) / (total_steps - warmup_steps)", "step / total_steps")


# %% mistake: schedule | the cosine runs over all steps, so it does not reach the end
# hint: which rate do you get at the last step, t = T?
replace("total_steps - warmup_steps", "total_steps")


# %% mistake: schedule | the final rate is added on top
# hint: your rate at t = W lies above the peak: by how much?
replace("peak - final", "peak")


# %% mistake: schedule | the final rate is a floor that cuts the cosine
# hint: from which step on is your rate the final one? half a cosine gets there only at T
replace(
    "final + 0.5 * (peak - final) * (1 + np.cos(np.pi * progress))",
    "max(final, 0.5 * peak * (1 + np.cos(np.pi * progress)))",
)


# %% mistake: schedule | a quarter of a cosine
# hint: which rate do you get halfway? half a cosine gives the middle of peak and final
replace(
    "0.5 * (peak - final) * (1 + np.cos(np.pi * progress))",
    "(peak - final) * np.cos(np.pi * progress / 2)",
)


# %% mistake: schedule | a whole period: down and up again
# hint: your rate at t = T is the peak again: which part of a cosine do you run through?
replace("np.pi", "2 * np.pi")


# %% mistake: schedule | linear in the place of the cosine
# hint: is your descent a straight line? compare the rate a quarter of the way with the formula
replace("0.5 * (peak - final) * (1 + np.cos(np.pi * progress))", "(peak - final) * (1 - progress)")


# %% mistake: schedule | the warm-up starts one step ahead
# hint: which rate does your warm-up give at step 0, and which at step W - 1?
replace("peak * step", "peak * (step + 1)")


# %% mistake: schedule | the warm-up begins at the final rate
# hint: where does your warm-up begin when the final rate is not zero?
replace("peak * step / warmup_steps", "final + (peak - final) * step / warmup_steps")


# %% mistake: schedule | no warm-up
# hint: which rates do you give before step W? look at the first case of the formula
def learning_rate_at(step, peak, total_steps, warmup_steps=0, final=0.0):
    if not 0 <= warmup_steps < total_steps:
        raise ValueError("the warm-up does not fit")
    step = max(step, warmup_steps)
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return final + 0.5 * (peak - final) * (1 + np.cos(np.pi * progress))


# %% mistake: schedule | any warm-up is accepted
# hint: what does your function do when the warm-up is negative, or as long as all steps?
def learning_rate_at(step, peak, total_steps, warmup_steps=0, final=0.0):
    if step < warmup_steps:
        return peak * step / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return final + 0.5 * (peak - final) * (1 + np.cos(np.pi * progress))


# %% mistake: schedule | degrees in the place of radians
# hint: in which unit does np.cos take its angle?
replace("np.pi", "180")


# %% mistake: schedule | zero warm-up divides by zero
# hint: what does your function do at step 0 when there is no warm-up?
replace("step < warmup_steps", "step <= warmup_steps")


# %% mistake: schedule | a step after the last one is refused
# hint: what does the docstring say of a step after total_steps?
def learning_rate_at(step, peak, total_steps, warmup_steps=0, final=0.0):
    if not 0 <= warmup_steps < total_steps or step > total_steps:
        raise ValueError("this step does not exist")
    if step < warmup_steps:
        return peak * step / warmup_steps
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return final + 0.5 * (peak - final) * (1 + np.cos(np.pi * progress))


# %% mistake: schedule | the last step of the warm-up may not be the last but one of all
# hint: which warm-up does the docstring refuse? compare yours at total_steps - 1
replace("0 <= warmup_steps < total_steps", "0 <= warmup_steps < total_steps - 1")


# %% alternative: schedule | half-angle; clip; nested functions
def learning_rate_at(step, peak, total_steps, warmup_steps=0, final=0.0):
    if warmup_steps < 0 or warmup_steps >= total_steps:
        raise ValueError("the warm-up does not fit")
    if warmup_steps > step:
        return peak * (step / warmup_steps)
    if step >= total_steps:
        return final
    share = np.cos(0.5 * np.pi * (step - warmup_steps) / (total_steps - warmup_steps)) ** 2
    return share * peak + (1 - share) * final


# %% alternative: schedule | everything clipped and multiplied
def learning_rate_at(step, peak, total_steps, warmup_steps=0, final=0.0):
    if warmup_steps not in range(total_steps):
        raise ValueError("the warm-up does not fit")
    progress = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0.0, 1.0)
    cosine = (peak + final) / 2 + (peak - final) / 2 * np.cos(progress * np.pi)
    return cosine * min(step / max(warmup_steps, 1), 1.0) if warmup_steps else cosine


# %% mistake: ridge | the gradient is a sum over the examples
# hint: what becomes of your dw without penalty when every example comes twice?
replace("X.T @ residual / len(X)", "X.T @ residual")
replace("residual.mean", "residual.sum")


# %% mistake: ridge | the residual has the wrong sign
# hint: where the prediction is too large, is your residual positive or negative?
replace("X @ w + b - y", "y - X @ w - b")


# %% mistake: ridge | the penalty counts twice
# hint: in the example the residuals are zero: compare what is left of your dw with 2
replace("penalty * w", "2 * penalty * w")


# %% mistake: ridge | the penalty is forgotten in the gradient
# hint: does the penalty change your dw?
replace("X.T @ residual / len(X) + penalty * w", "X.T @ residual / len(X)")


# %% mistake: ridge | the intercept is penalised in the gradient
# hint: does the penalty change your db? look at what J penalises
replace("residual.mean()", "residual.mean() + penalty * b")


# %% mistake: ridge | the penalty is divided by m
# hint: which terms of J have the factor 1/m, and which of your dw?
replace("X.T @ residual / len(X) + penalty * w", "(X.T @ residual + penalty * w) / len(X)")


# %% mistake: ridge | the intercept is forgotten in the residual
# hint: does your gradient change with b?
replace("X @ w + b", "X @ w")


# %% mistake: ridge | the L1 gradient
# hint: make w twice as large: does the penalty's part of your dw grow?
replace("penalty * w", "penalty * np.sign(w)")


# %% mistake: ridge | the data is not centred: a fit through the origin, then an intercept
# hint: shift a column of X by 10: do the weights of your ridge change?
replace("X - X.mean(axis=0)", "X")


# %% mistake: ridge | no intercept
# hint: what is the mean of your residuals after the fit? look at the intercept
replace("np.mean(y - X @ w)", "0.0")


# %% mistake: ridge | the intercept is the mean of y, although X is not centred
# hint: shift a column of X by 10: does your b answer to it?
replace("y - X @ w", "y")


# %% mistake: ridge | a column of ones, penalised like the others
# hint: does a huge penalty pull your b towards zero?
def ridge_gradient(X, y, w, b, penalty):
    residual = X @ w + b - y
    return X.T @ residual / len(X) + penalty * w, residual.mean()


def ridge(X, y, penalty):
    A = np.column_stack([X, np.ones(len(X))])
    theta = np.linalg.solve(A.T @ A / len(X) + penalty * np.eye(A.shape[1]), A.T @ y / len(X))
    return theta[:-1], theta[-1]


# %% mistake: ridge | scikit-learn's penalty: the cost is a sum
# hint: what becomes of the weights of your ridge when every example comes twice?
replace("centred.T @ centred / len(X)", "centred.T @ centred")
replace("centred.T @ y / len(X)", "centred.T @ y")


# %% mistake: ridge | the penalty is forgotten
# hint: does the penalty change the weights of your ridge?
replace(
    "centred.T @ centred / len(X) + penalty * np.eye(X.shape[1])", "centred.T @ centred / len(X)"
)


# %% mistake: ridge | the penalty is added to every element of the matrix
# hint: to which elements of your matrix is the penalty added? look at the formula again
replace("penalty * np.eye(X.shape[1])", "penalty")


# %% mistake: ridge | the data is centred in place
# hint: what does the caller's y hold after the call?
replace(
    "centred = X - X.mean(axis=0)",
    """
    y -= y.mean()
    centred = X - X.mean(axis=0)
    """,
)


# %% mistake: ridge | the columns are scaled as well
# hint: what do you do to the columns of X besides centring them?
replace("X - X.mean(axis=0)", "(X - X.mean(axis=0)) / (X.std(axis=0) + 1e-12)")


# %% mistake: ridge | the square of the penalty
# hint: from penalty 1 to penalty 2, by how much does the diagonal of your matrix grow?
replace("penalty * np.eye(X.shape[1])", "penalty**2 * np.eye(X.shape[1])")


# %% alternative: ridge | a column of ones with no penalty
def ridge_gradient(X, y, w, b, penalty):
    errors = b + np.dot(X, w) - y
    return np.mean(X * errors[:, None], axis=0) + penalty * w, np.sum(errors) / len(errors)


def ridge(X, y, penalty):
    m, n = X.shape
    A = np.column_stack([X, np.ones(m)])
    prior = penalty * m * np.diag([1.0] * n + [0.0])
    theta = np.linalg.solve(A.T @ A + prior, A.T @ y)
    return theta[:n], theta[n]


# %% alternative: ridge | least squares with extra rows for the penalty
def ridge_gradient(X, y, w, b, penalty):
    residual = X @ w + b - y
    return X.T @ residual / len(X) + penalty * w, residual.mean()


def ridge(X, y, penalty):
    m, n = X.shape
    A = np.vstack([X - X.mean(axis=0), np.sqrt(m * penalty) * np.eye(n)])
    targets = np.concatenate([y - y.mean(), np.zeros(n)])
    w = np.linalg.lstsq(A, targets, rcond=None)[0]
    return w, y.mean() - X.mean(axis=0) @ w


# %% alternative: ridge | through the singular value decomposition
def ridge_gradient(X, y, w, b, penalty):
    residual = X @ w + b - y
    return X.T @ residual / len(X) + penalty * w, residual.mean()


def ridge(X, y, penalty):
    U, sigma, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    w = Vt.T @ (sigma / (sigma**2 + len(X) * penalty) * (U.T @ (y - y.mean())))
    return w, float((y - X @ w).mean())


# %% mistake: soft_threshold | hard threshold: large elements stay as they are
# hint: do your elements above the threshold move at all?
def soft_threshold(w, threshold):
    if threshold < 0:
        raise ValueError("negative")
    return np.where(np.abs(w) > threshold, w, 0.0)


# %% mistake: soft_threshold | the sign is lost
# hint: which sign does your result have for -2 and the threshold 1?
replace("np.sign(w) * np.maximum(np.abs(w) - threshold, 0)", "np.maximum(np.abs(w) - threshold, 0)")


# %% mistake: soft_threshold | moved across zero
# hint: what becomes of -0.5 with the threshold 1? where should it stop?
replace("np.sign(w) * np.maximum(np.abs(w) - threshold, 0)", "w - threshold * np.sign(w)")


# %% mistake: soft_threshold | only positive elements are moved
# hint: what becomes of -2 with the threshold 1? look at the third case of the formula
replace("np.sign(w) * np.maximum(np.abs(w) - threshold, 0)", "np.maximum(w - threshold, 0)")


# %% mistake: soft_threshold | clipped to the threshold: the other half
# hint: is your result what the threshold takes from w, or what it leaves?
replace("np.sign(w) * np.maximum(np.abs(w) - threshold, 0)", "np.clip(w, -threshold, threshold)")


# %% mistake: soft_threshold | shrunk by a factor, as the L2 penalty does
# hint: does an element become exactly zero? compare L1 and L2 in section 14 of the lesson
replace("np.sign(w) * np.maximum(np.abs(w) - threshold, 0)", "w / (1 + threshold)")


# %% mistake: soft_threshold | one decision for the whole array
# hint: change one element of w: do the others of your result change as well?
def soft_threshold(w, threshold):
    if threshold < 0:
        raise ValueError("negative")
    return w * max(1 - threshold / np.linalg.norm(w), 0) if np.any(w) else w * 1.0


# %% mistake: soft_threshold | writes into w
# hint: what does w hold after the call?
def soft_threshold(w, threshold):
    if threshold < 0:
        raise ValueError("negative")
    signs = np.sign(w)
    w -= signs * threshold
    w[w * signs < 0] = 0.0
    return w


# %% mistake: soft_threshold | a negative threshold is let through
# hint: what does your function do with a threshold of -0.1?
def soft_threshold(w, threshold):
    return np.sign(w) * np.maximum(np.abs(w) - threshold, 0)


# %% mistake: soft_threshold | threshold zero is refused as well
# hint: what does the docstring say of a threshold of exactly 0?
replace("threshold < 0", "threshold <= 0")


# %% mistake: soft_threshold | moved by half of the threshold
# hint: how far do your elements move when the threshold is 1?
replace("np.abs(w) - threshold", "np.abs(w) - threshold / 2")


# %% mistake: soft_threshold | a floor of 1e-12: small elements do not become exactly zero
# hint: are your small elements exactly zero, or only nearly?
replace("np.maximum(np.abs(w) - threshold, 0)", "np.maximum(np.abs(w) - threshold, 1e-12)")


# %% alternative: soft_threshold | three cases
def soft_threshold(w, threshold):
    if threshold < 0:
        raise ValueError("negative")
    return np.where(w > threshold, w - threshold, np.where(w < -threshold, w + threshold, 0.0))


# %% alternative: soft_threshold | what is left after clipping
def soft_threshold(w, threshold):
    if not threshold >= 0:
        raise ValueError("negative")
    return w - np.clip(w, -threshold, threshold)


# %% alternative: soft_threshold | the difference of two rectifiers
def soft_threshold(w, threshold):
    if threshold < 0.0:
        raise ValueError("negative")
    return np.clip(w - threshold, 0.0, None) - np.clip(-w - threshold, 0.0, None)


# %% mistake: ista | the threshold forgets the step
# hint: by how much does your proximal step shrink? look for L in its threshold
replace("step * penalty", "penalty")


# %% mistake: ista | the step is that of the raw data
# hint: shift a column of X by 10: does your step change? it should not
replace("np.linalg.norm(X_centred, 2)", "np.linalg.norm(X, 2)")


# %% mistake: ista | the Frobenius norm in the place of the largest singular value
# hint: your steps are too short with several features: which norm is your L made of?
replace("np.linalg.norm(X_centred, 2)", "np.linalg.norm(X_centred)")


# %% mistake: ista | the singular value is not squared
# hint: make X ten times as large: by which factor does your L grow?
replace("np.linalg.norm(X_centred, 2) ** 2", "np.linalg.norm(X_centred, 2)")


# %% mistake: ista | the step forgets m
# hint: what becomes of your step when every example comes twice? L should stay as it is
replace("len(X) / np.linalg.norm(X_centred, 2) ** 2", "1 / np.linalg.norm(X_centred, 2) ** 2")


# %% mistake: ista | the gradient forgets m
# hint: what becomes of your d when every example comes twice?
replace(
    "X_centred.T @ (X_centred @ w - y_centred) / len(X)",
    "X_centred.T @ (X_centred @ w - y_centred)",
)


# %% mistake: ista | a step beyond 2 / L
# hint: does your cost rise in some iterations? compare your step with 1 / L
replace(
    "len(X) / np.linalg.norm(X_centred, 2) ** 2", "2.2 * len(X) / np.linalg.norm(X_centred, 2) ** 2"
)


# %% mistake: ista | first the threshold, then the gradient step
# hint: which of the two steps comes last in yours? look for exact zeros in w
replace(
    "soft_threshold(w - step * slope, step * penalty)",
    "soft_threshold(w, step * penalty) - step * slope",
)


# %% mistake: ista | the subgradient of the penalty, no threshold
# hint: your weights jump across zero and do not stay there: look at the proximal step again
replace(
    "soft_threshold(w - step * slope, step * penalty)", "w - step * (slope + penalty * np.sign(w))"
)


# %% mistake: ista | the data is not centred
# hint: shift a column of X by 10: do your weights change? they should not
replace("X - X.mean(axis=0), y - y.mean()", "X, y")


# %% mistake: ista | the intercept is the mean of y
# hint: is your b the mean of what the weights leave over?
replace("y - X @ w", "y")


# %% mistake: ista | the cost before each iteration
# hint: to which w does your first cost belong: before or after an iteration?
def ista(X, y, penalty, iterations):
    X_centred, y_centred = X - X.mean(axis=0), y - y.mean()
    step = len(X) / np.linalg.norm(X_centred, 2) ** 2
    w = np.zeros(X.shape[1])
    costs = []
    for _ in range(iterations):
        misfit = np.mean((X_centred @ w - y_centred) ** 2) / 2
        costs.append(misfit + penalty * np.sum(np.abs(w)))
        slope = X_centred.T @ (X_centred @ w - y_centred) / len(X)
        w = soft_threshold(w - step * slope, step * penalty)
    return w, np.mean(y - X @ w), costs


# %% mistake: ista | the cost forgets the penalty
# hint: in the example your cost is 0.125: which part of J is that?
replace("misfit + penalty * np.sum(np.abs(w))", "misfit")


# %% mistake: ista | the cost forgets the half
# hint: in the example your cost is 1: compare its two parts with 0.125 and 0.75
replace(
    "np.mean((X_centred @ w - y_centred) ** 2) / 2", "np.mean((X_centred @ w - y_centred) ** 2)"
)


# %% mistake: ista | starts from random weights
# hint: which w do you return when iterations is 0?
replace("np.zeros(X.shape[1])", "np.random.default_rng(0).normal(size=X.shape[1])")


# %% mistake: ista | one iteration too few
# hint: how many costs do you return when iterations is 3?
replace("range(iterations)", "range(iterations - 1)")


# %% mistake: ista | accelerated: FISTA, whose cost may rise
# hint: does your cost rise in some iterations? look at the point where you take the gradient
def ista(X, y, penalty, iterations):
    X_centred, y_centred = X - X.mean(axis=0), y - y.mean()
    step = len(X) / np.linalg.norm(X_centred, 2) ** 2
    w = before = np.zeros(X.shape[1])
    costs = []
    for k in range(1, iterations + 1):
        ahead = w + (k - 1) / (k + 2) * (w - before)
        slope = X_centred.T @ (X_centred @ ahead - y_centred) / len(X)
        before, w = w, soft_threshold(ahead - step * slope, step * penalty)
        misfit = np.mean((X_centred @ w - y_centred) ** 2) / 2
        costs.append(misfit + penalty * np.sum(np.abs(w)))
    return w, np.mean(y - X @ w), costs


# %% alternative: ista | the normal matrix once, its largest eigenvalue; the threshold by hand
def ista(X, y, penalty, iterations):
    m = len(X)
    deviations = X - X.mean(axis=0)
    H = deviations.T @ deviations / m
    c = deviations.T @ y / m
    L = np.linalg.eigvalsh(H)[-1]
    w = np.zeros(len(c))
    costs = []
    for _ in range(iterations):
        u = w - (H @ w - c) / L
        w = np.sign(u) * np.maximum(np.abs(u) - penalty / L, 0.0)
        b = (y - X @ w).mean()
        costs.append(((X @ w + b - y) ** 2).sum() / (2 * m) + penalty * np.abs(w).sum())
    return w, (y - X @ w).mean(), costs


# %% alternative: ista | the intercept recomputed before every step; costs as an array
def ista(X, y, penalty, iterations):
    mean = X.mean(axis=0)
    L = np.linalg.svd(X - mean, compute_uv=False)[0] ** 2 / len(y)
    w, b = np.zeros(X.shape[1]), y.mean()
    costs = np.empty(iterations)
    for k in range(iterations):
        residual = X @ w + b - y
        w = soft_threshold(w - (X - mean).T @ residual / (L * len(y)), penalty / L)
        b = y.mean() - mean @ w
        costs[k] = 0.5 * np.mean((X @ w + b - y) ** 2) + penalty * np.linalg.norm(w, 1)
    return w, b, costs


# %% mistake: quiz | any rate below 2 over the smallest eigenvalue
# hint: read section 6 of the lesson again, "The limit": which eigenvalue sets it?
answer_1 = "a"
answer_2 = "d"
answer_3 = "a"
answer_4 = "c"
answer_5 = "b"


# %% mistake: quiz | the gradient is blamed, not the kink
# hint: read section 1 and "Common mistakes" of the lesson again: where do w + h and w - h lie?
answer_1 = "b"
answer_2 = "a"
answer_3 = "a"
answer_4 = "c"
answer_5 = "b"


# %% mistake: quiz | the pace is taken to be independent of the momentum
# hint: read section 8 of the lesson again: how long is the effective step?
answer_1 = "b"
answer_2 = "d"
answer_3 = "b"
answer_4 = "c"
answer_5 = "b"


# %% mistake: quiz | the velocity grows, so does the step
# hint: read sections 10 and 11 of the lesson again: for which step does scale not matter?
answer_1 = "b"
answer_2 = "d"
answer_3 = "a"
answer_4 = "b"
answer_5 = "b"


# %% mistake: quiz | the lasso is taken for unique
# hint: read section 14 of the lesson again: what does each penalty make of 1, 1 and of 2, 0?
answer_1 = "b"
answer_2 = "d"
answer_3 = "a"
answer_4 = "c"
answer_5 = "a"
