"""Wrong and unusual right answers of week 11, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: rnn | the tanh is forgotten
# hint: in the worked example your H_1 is larger than 1: what comes after the sum?
replace("np.tanh(X_t @ W_x + H_prev @ W_h + b)", "X_t @ W_x + H_prev @ W_h + b")


# %% mistake: rnn | the weights of the state are transposed
# hint: rows of W_h belong to the old units: which axis do you sum over?
replace("H_prev @ W_h", "H_prev @ W_h.T")


# %% mistake: rnn | the state before does not count
# hint: set input and bias to zero: does your new state depend on the old one?
replace("X_t @ W_x + H_prev @ W_h + b", "X_t @ W_x + b")


# %% mistake: rnn | every step starts from the first state
# hint: which state does your step 2 start from?
replace("states[-1], W_x", "H_0, W_x")


# %% mistake: rnn | states are stacked along the first axis
# hint: compare the shape of your H with (m, T, h)
replace("np.stack(states[1:], axis=1)", "np.stack(states[1:])")


# %% mistake: rnn | the first state is returned with the others
# hint: how many states do you return for T steps?
replace("states[1:]", "states")


# %% mistake: rnn | the last state of the padded sequence
# hint: what has the state done while it read the zeros of the padding?
replace("H[np.arange(len(H)), lengths - 1]", "H[:, -1]")


# %% mistake: rnn | the state one step behind the last real one
# hint: a sequence of length 1 ends after step 1: at which place of H is that?
replace("lengths - 1", "np.minimum(lengths, H.shape[1] - 1)")


# %% mistake: rnn | the same step for all sequences
# hint: give two sequences different lengths: does each have a step of its own?
replace("H[np.arange(len(H)), lengths - 1]", "H[:, lengths[0] - 1]")


# %% mistake: rnn | every pair of sequence and length
# hint: how many axes does your result have? pair each row with its own length
replace("H[np.arange(len(H)), lengths - 1]", "H[:, lengths - 1]")


# %% mistake: rnn | a length of zero takes the last step
# hint: what does an index of -1 mean in Python? read again when an error is wanted
replace("lengths.min() < 1 or lengths.max() > H.shape[1]", "lengths.max() > H.shape[1]")


# %% mistake: rnn | one column is read in the place of one step
# hint: which axis of X is time?
replace("X.shape[1]", "X.shape[2]")


# %% mistake: rnn | a length above T is an error of NumPy's
# hint: which error does the docstring promise for a length above T, and which one comes?
replace(" or lengths.max() > H.shape[1]", "")


# %% alternative: rnn | an array that is filled, and a loop over the sequences
def rnn_step(X_t, H_prev, W_x, W_h, b):
    both = np.concatenate([X_t, H_prev], axis=1)
    return np.tanh(np.einsum("mk,kh->mh", both, np.vstack([W_x, W_h])) + b)


def rnn_forward(X, H_0, W_x, W_h, b):
    m, T, _ = X.shape
    H = np.zeros((m, T, len(b)))
    state = H_0
    for t in range(T):
        state = H[:, t] = rnn_step(X[:, t], state, W_x, W_h, b)
    return H


def last_states(H, lengths):
    if not all(1 <= length <= H.shape[1] for length in lengths):
        raise ValueError("a length does not fit")
    return np.array([states[length - 1] for states, length in zip(H, lengths)])


# %% alternative: rnn | the products of the inputs all at once, and take_along_axis
def rnn_step(X_t, H_prev, W_x, W_h, b):
    Z = np.dot(X_t, W_x)
    Z += np.dot(H_prev, W_h)
    Z += b
    return np.tanh(Z)


def rnn_forward(X, H_0, W_x, W_h, b):
    inputs = X @ W_x + b
    H, states = H_0, []
    for A_t in np.moveaxis(inputs, 1, 0):
        H = np.tanh(A_t + H @ W_h)
        states.append(H[:, np.newaxis])
    return np.concatenate(states, axis=1)


def last_states(H, lengths):
    if (lengths <= 0).any() or (lengths > H.shape[1]).any():
        raise ValueError("lengths")
    places = (np.asarray(lengths) - 1).reshape(-1, 1, 1)
    return np.take_along_axis(H, places, axis=1)[:, 0]


# %% mistake: through_time | what comes back from the next step is not added
# hint: a state is used twice: by the cost at its own step, and by whom else?
replace("(D[:, t] + back)", "D[:, t]")


# %% mistake: through_time | only what comes back counts, not the cost at the step itself
# hint: let the cost read every state, not only the last: is your gradient still right?
replace("(D[:, t] + back)", "(back + (D[:, t] if t == X.shape[1] - 1 else 0.0))")


# %% mistake: through_time | the slope of tanh at the wrong place
# hint: H is the tanh already: which form of its slope needs no further tanh?
replace("1.0 - H[:, t] ** 2", "1.0 - np.tanh(H[:, t]) ** 2")


# %% mistake: through_time | the slope of tanh is forgotten
# hint: what stands between Z and H in the forward pass?
replace("(D[:, t] + back) * (1.0 - H[:, t] ** 2)", "D[:, t] + back")


# %% mistake: through_time | the gradient of W_x is assigned, not summed
# hint: the same W_x is used at every step: what do you do with the T contributions?
replace("dW_x += X[:, t].T @ dZ", "dW_x = X[:, t].T @ dZ")


# %% mistake: through_time | the gradient of W_h is assigned, not summed
# hint: the same W_h is used at every step: what do you do with the T contributions?
replace("dW_h += before[:, t].T @ dZ", "dW_h = before[:, t].T @ dZ")


# %% mistake: through_time | the state after the step in the place of the one before
# hint: which state did W_h multiply at step t, the one before or the one after?
replace("before[:, t].T @ dZ", "H[:, t].T @ dZ")


# %% mistake: through_time | the first state is taken for zero
# hint: give H_0 other numbers than zero: does your dW_h change?
replace(
    "np.concatenate([H_0[:, None], H], axis=1)", "np.concatenate([0 * H_0[:, None], H], axis=1)"
)


# %% mistake: through_time | W_h is not transposed on the way back
# hint: compare with week 5: what does dA_prev multiply, W or its transpose?
replace("back = dZ @ W_h.T", "back = dZ @ W_h")


# %% mistake: through_time | the derivative of the cost in the place of dZ goes back
# hint: what has to pass through the slope of tanh before it reaches the step before?
replace("back = dZ @ W_h.T", "back = (D[:, t] + back) @ W_h.T")


# %% mistake: through_time | the mean over the sequences
# hint: is there a 1/m in the formulas, or is it in D already?
replace("db += dZ.sum(axis=0)", "db += dZ.mean(axis=0)")


# %% mistake: through_time | steps from first to last
# hint: in which order do derivatives arrive: which step has to be finished first?
replace("reversed(range(X.shape[1]))", "range(X.shape[1])")


# %% mistake: through_time | the gradient of the first state is zero
# hint: what is left in your variable for the way back when the loop is over?
replace("return dX, back, dW_x", "return dX, 0 * back, dW_x")


# %% mistake: through_time | chunks are ignored
# hint: call your function with chunk=1: does anything change?
replace("chunk is not None and (t + 1) % chunk == 0", "False")


# %% mistake: through_time | the cut lies one step too early
# hint: with chunk=3 the first cut is between steps 3 and 4: what do you count from, 0 or 1?
replace("(t + 1) % chunk == 0", "t % chunk == 0")


# %% mistake: through_time | the cut is made after the step, so the first state hears nothing
# hint: with chunk=T there is no cut at all: what is your dH_0?
replace(
    """
    if chunk is not None and (t + 1) % chunk == 0:
        back = np.zeros(H_0.shape)
    """,
    "",
)
replace(
    "back = dZ @ W_h.T",
    """
    back = dZ @ W_h.T
    if chunk is not None and t % chunk == 0:
        back = np.zeros(H_0.shape)
    """,
)


# %% mistake: through_time | writes into D
# hint: what does D hold after the call of your function?
replace(
    "dZ = (D[:, t] + back) * (1.0 - H[:, t] ** 2)",
    """
    D[:, t] += back
    dZ = D[:, t] * (1.0 - H[:, t] ** 2)
    """,
)


# %% mistake: through_time | the inputs' gradients without W_x
# hint: compare the shape of your dX with that of X, for n and h that differ
replace(
    "dX[:, t] = dZ @ W_x.T", "dX[:, t] = dZ[:, : X.shape[2]] if dZ.shape[1] >= X.shape[2] else 0"
)


# %% mistake: through_time | the gradient of W_h is transposed
# hint: rows of W_h belong to the old units: which of its two axes is which in your gradient?
replace("return dX, back, dW_x, dW_h, db", "return dX, back, dW_x, dW_h.T, db")


# %% mistake: through_time | chunks are counted from the end
# hint: five steps in chunks of two: which chunk is the short one, the first or the last?
replace("(t + 1) % chunk == 0", "(X.shape[1] - 1 - t) % chunk == 0")


# %% mistake: through_time | the first step of a chunk starts from zero
# hint: states flow over a cut: what did W_h multiply in the first step of the second chunk?
replace(
    "dW_h += before[:, t].T @ dZ",
    "dW_h += before[:, t].T @ dZ if chunk is None or t == 0 or t % chunk else 0.0",
)


# %% mistake: through_time | the mean over the steps
# hint: is there a 1/T in the formulas?
replace("return dX, back, dW_x, dW_h, db", "return dX, back, dW_x, dW_h, db / X.shape[1]")


# %% alternative: through_time | all dZ first, then sums over both axes
def rnn_backward(D, X, H_0, H, W_x, W_h, chunk=None):
    m, T, h = H.shape
    dZ = np.zeros((m, T, h))
    for t in range(T - 1, -1, -1):
        total = D[:, t].copy()
        last_of_chunk = chunk is not None and (t + 1) % chunk == 0
        if t + 1 < T and not last_of_chunk:
            total += dZ[:, t + 1] @ W_h.T
        dZ[:, t] = total * (1 - H[:, t]) * (1 + H[:, t])
    earlier = np.concatenate([H_0[:, None], H[:, :-1]], axis=1)
    dW_x = np.einsum("mtn,mth->nh", X, dZ)
    dW_h = np.einsum("mti,mtj->ij", earlier, dZ)
    return dZ @ W_x.T, dZ[:, 0] @ W_h.T, dW_x, dW_h, dZ.sum(axis=(0, 1))


# %% alternative: through_time | chunk after chunk, from the last
def rnn_backward(D, X, H_0, H, W_x, W_h, chunk=None):
    T = X.shape[1]
    size = T if chunk is None else chunk
    starts = list(range(0, T, size))
    dX = np.zeros_like(X)
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(W_h.shape[0])
    for start in starts[::-1]:
        back = np.zeros_like(H_0)
        for t in range(min(start + size, T) - 1, start - 1, -1):
            prev = H_0 if t == 0 else H[:, t - 1]
            dZ = (back + D[:, t]) * (1 - np.square(H[:, t]))
            dW_x, dW_h = dW_x + X[:, t].T.dot(dZ), dW_h + prev.T.dot(dZ)
            db = db + np.sum(dZ, axis=0)
            dX[:, t] = np.dot(dZ, W_x.T)
            back = np.dot(dZ, W_h.T)
    return dX, back, dW_x, dW_h, db


# %% mistake: lstm | the candidate has no tanh
# hint: the candidate may be negative: which function makes it so, and bounds it?
replace("np.tanh(a_g)", "a_g")


# %% mistake: lstm | the candidate is a gate
# hint: which of the four blocks is no gate?
replace("np.tanh(a_g)", "sigmoid(a_g)")


# %% mistake: lstm | the output gate shows the cell itself
# hint: what stands between the cell and the output gate in the formula of H_t?
replace("np.tanh(C_t), C_t", "C_t, C_t")


# %% mistake: lstm | input and forget gate are exchanged
# hint: in the worked example F is 0.75: which block of the bias does it come from?
replace("a_i, a_f, a_g, a_o =", "a_f, a_i, a_g, a_o =")


# %% mistake: lstm | the blocks in the order i, f, o, g
# hint: read the order of the four blocks again: which is the third?
replace("a_i, a_f, a_g, a_o =", "a_i, a_f, a_o, a_g =")


# %% mistake: lstm | what is forgotten and what is new add up to one
# hint: the two gates are independent: can a cell keep everything and add something?
replace("sigmoid(a_i) * np.tanh(a_g)", "(1.0 - sigmoid(a_f)) * np.tanh(a_g)")


# %% mistake: lstm | the forget gate forgets at 1
# hint: what does F = 1 mean: is the old cell kept or dropped?
replace("sigmoid(a_f) * C_prev", "(1.0 - sigmoid(a_f)) * C_prev")


# %% mistake: lstm | the output gate reads the old cell
# hint: does H_t show the cell before or after this step's change?
replace("np.tanh(C_t), C_t", "np.tanh(C_prev), C_t")


# %% mistake: lstm | state and cell are returned the other way round
# hint: which of the two comes first in the docstring?
replace("return sigmoid(a_o) * np.tanh(C_t), C_t", "return C_t, sigmoid(a_o) * np.tanh(C_t)")
replace("H_t, C_t = lstm_step(", "C_t, H_t = lstm_step(")


# %% mistake: lstm | the cell does not go on
# hint: which two arrays go from one step to the next?
replace("X[:, t], H_t, C_t, W_x", "X[:, t], H_t, C_0, W_x")


# %% mistake: lstm | the state does not go on
# hint: which two arrays go from one step to the next?
replace("X[:, t], H_t, C_t, W_x", "X[:, t], H_0, C_t, W_x")


# %% mistake: lstm | the last state is returned in the place of the last cell
# hint: what is the second result, a state or a cell?
replace("return H, C_t", "return H, H_t")


# %% mistake: lstm | cells are returned for states
# hint: are the numbers in your H the H_t of the formula, or the C_t?
replace("H[:, t] = H_t", "H[:, t] = C_t")


# %% mistake: lstm | the state's product is forgotten
# hint: does a step of yours depend on the state before?
replace("X_t @ W_x + H_prev @ W_h + b", "X_t @ W_x + b")


# %% mistake: lstm | writes the new cell into the old one
# hint: what does C_prev hold after the call?
replace(
    "C_t = sigmoid(a_f) * C_prev + sigmoid(a_i) * np.tanh(a_g)",
    """
    C_prev *= sigmoid(a_f)
    C_prev += sigmoid(a_i) * np.tanh(a_g)
    C_t = C_prev
    """,
)


# %% mistake: lstm | the input is forgotten
# hint: does a step of yours depend on what comes in?
replace("X_t @ W_x + H_prev @ W_h + b", "H_prev @ W_h + b")


# %% mistake: lstm | every fourth column is a block
# hint: for h = 2, which columns belong to the input gate: 0 and 1, or 0 and 4?
replace(
    "np.split(X_t @ W_x + H_prev @ W_h + b, 4, axis=1)",
    "np.moveaxis((X_t @ W_x + H_prev @ W_h + b).reshape(len(X_t), -1, 4), 2, 0)",
)


# %% mistake: lstm | only the bias counts
# hint: in the worked example all weights are zero: give them other values
replace(
    "np.split(X_t @ W_x + H_prev @ W_h + b, 4, axis=1)",
    "np.split(np.tile(b, (len(X_t), 1)), 4, axis=1)",
)


# %% alternative: lstm | slices, and a list of states
def lstm_step(X_t, H_prev, C_prev, W_x, W_h, b):
    h = H_prev.shape[1]
    A = np.hstack([X_t, H_prev]) @ np.vstack([W_x, W_h]) + b
    gates = 1 / (1 + np.exp(-np.clip(A, -500, 500)))
    new = gates[:, :h] * np.tanh(A[:, 2 * h : 3 * h]) + gates[:, h : 2 * h] * C_prev
    return gates[:, 3 * h :] * np.tanh(new), new


def lstm_forward(X, H_0, C_0, W_x, W_h, b):
    H, C, states = H_0, C_0, []
    for t in range(X.shape[1]):
        H, C = lstm_step(X[:, t], H, C, W_x, W_h, b)
        states += [H]
    return np.stack(states, axis=1), C


# %% alternative: lstm | four products, one for each gate
def lstm_step(X_t, H_prev, C_prev, W_x, W_h, b):
    h = len(b) // 4

    def part(k):
        block = slice(k * h, (k + 1) * h)
        return X_t @ W_x[:, block] + H_prev @ W_h[:, block] + b[block]

    C_t = C_prev * sigmoid(part(1)) + np.tanh(part(2)) * sigmoid(part(0))
    return np.tanh(C_t) * sigmoid(part(3)), C_t


def lstm_forward(X, H_0, C_0, W_x, W_h, b):
    pair = (H_0, C_0)
    H = []
    for X_t in X.swapaxes(0, 1):
        pair = lstm_step(X_t, *pair, W_x, W_h, b)
        H.append(pair[0])
    return np.array(H).swapaxes(0, 1), pair[1]


# %% mistake: gru | the update gate takes the new state
# hint: in the worked example Z is 0.75: which state has the larger share?
replace(
    "(1.0 - update) * candidate + update * H_prev", "update * candidate + (1.0 - update) * H_prev"
)


# %% mistake: gru | the reset gate multiplies before the product
# hint: does the bias of the second product lie inside what your reset gate multiplies?
replace(
    "candidate = np.tanh(a_n + sigmoid(a_r + u_r) * u_n)",
    """
    block = slice(2 * H_prev.shape[1], None)
    candidate = np.tanh(a_n + (sigmoid(a_r + u_r) * H_prev) @ W_h[:, block] + b_h[block])
    """,
)


# %% mistake: gru | the order of Keras: update, reset
# hint: which block comes first in this exercise, and which is first in yours?
replace("a_r, a_z, a_n =", "a_z, a_r, a_n =")
replace("u_r, u_z, u_n =", "u_z, u_r, u_n =")


# %% mistake: gru | the reset gate is forgotten
# hint: set the reset gate to 0: does your candidate still know the past?
replace("sigmoid(a_r + u_r) * u_n", "u_n")


# %% mistake: gru | the reset gate multiplies both parts
# hint: which of the two parts of the candidate does the reset gate multiply?
replace("np.tanh(a_n + sigmoid(a_r + u_r) * u_n)", "np.tanh(sigmoid(a_r + u_r) * (a_n + u_n))")


# %% mistake: gru | the candidate has no tanh
# hint: a candidate lies between -1 and 1: what sees to that?
replace("np.tanh(a_n + sigmoid(a_r + u_r) * u_n)", "a_n + sigmoid(a_r + u_r) * u_n")


# %% mistake: gru | the bias of the state is forgotten
# hint: in the worked example b_h is not zero: where does it come in?
replace("H_prev @ W_h + b_h", "H_prev @ W_h")


# %% mistake: gru | the gates do not see the state
# hint: what do the two gates depend on, beside the input?
replace("sigmoid(a_z + u_z)", "sigmoid(a_z)")


# %% mistake: gru | the update gate is forgotten
# hint: what is your new state where the update gate is 1?
replace("(1.0 - update) * candidate + update * H_prev", "candidate")


# %% mistake: gru | writes into the old state
# hint: what does H_prev hold after the call?
replace(
    "return (1.0 - update) * candidate + update * H_prev",
    """
    H_prev *= update
    H_prev += (1.0 - update) * candidate
    return H_prev
    """,
)


# %% mistake: gru | the input is forgotten
# hint: does a step of yours depend on what comes in?
replace("X_t @ W_x + b_x", "np.zeros((len(X_t), 1)) + b_x")


# %% mistake: gru | the state's blocks in another order than the input's
# hint: is the order of the blocks the same in both products?
replace("u_r, u_z, u_n =", "u_z, u_r, u_n =")


# %% mistake: gru | the reset gate multiplies before the product, and its bias, too
# hint: does your reset gate multiply the state, or what has become of it after the product?
replace(
    "candidate = np.tanh(a_n + sigmoid(a_r + u_r) * u_n)",
    """
    block = slice(2 * H_prev.shape[1], None)
    reset = sigmoid(a_r + u_r)
    candidate = np.tanh(a_n + (reset * H_prev) @ W_h[:, block] + reset * b_h[block])
    """,
)


# %% alternative: gru | slices, and the old state corrected
def gru_step(X_t, H_prev, W_x, W_h, b_x, b_h):
    h = H_prev.shape[1]
    A, U = X_t @ W_x + b_x, H_prev @ W_h + b_h
    gates = sigmoid(A[:, : 2 * h] + U[:, : 2 * h])
    R, Z = gates[:, :h], gates[:, h:]
    N = np.tanh(A[:, 2 * h :] + R * U[:, 2 * h :])
    return N + Z * (H_prev - N)


# %% alternative: gru | three axes
def gru_step(X_t, H_prev, W_x, W_h, b_x, b_h):
    m, h = H_prev.shape
    A = (np.dot(X_t, W_x) + b_x).reshape(m, 3, h)
    U = (np.dot(H_prev, W_h) + b_h).reshape(m, 3, h)
    R = 1 / (1 + np.exp(-(A[:, 0] + U[:, 0])))
    Z = 1 / (1 + np.exp(-(A[:, 1] + U[:, 1])))
    return np.tanh(A[:, 2] + R * U[:, 2]) * (1 - Z) + Z * H_prev


# %% mistake: writing | nats in the place of bits
# hint: an equal guess between two characters costs one bit: what does yours say?
replace(".mean() / np.log(2.0)", ".mean()")


# %% mistake: writing | the sum in the place of the mean
# hint: give every character twice: does your number change?
replace("(log_sum - chosen).mean()", "(log_sum - chosen).sum()")


# %% mistake: writing | the sign is lost
# hint: can a cost be below zero? look at the order of your difference
replace("(log_sum - chosen)", "(chosen - log_sum)")


# %% mistake: writing | exponentials of large logits
# hint: what is the exponential of 1000? subtract something first
replace("largest = logits.max(axis=1)", "largest = np.zeros(len(logits))")


# %% mistake: writing | the temperature multiplies
# hint: below 1 the writer plays safe: are your large logits larger then, or smaller?
replace("keepdims=True)) / temperature)", "keepdims=True)) * temperature)")


# %% mistake: writing | the temperature on probabilities
# hint: divide before the softmax: what is left of the temperature after you normalise?
replace("keepdims=True)) / temperature)", "keepdims=True)))")
replace(
    "P /= P.sum(axis=1, keepdims=True)",
    "P = P / temperature / (P / temperature).sum(axis=1, keepdims=True)",
)


# %% mistake: writing | the largest logit is called a sample
# hint: draw a hundred times from the same logits: are all of them alike?
replace("np.array([rng.choice(len(p), p=p) for p in P])", "P.argmax(axis=1)")


# %% mistake: writing | one draw for all rows
# hint: give two rows very different logits: does each get its own draw?
replace("rng.choice(len(p), p=p) for p in P", "rng.choice(len(P[0]), p=P[0]) for p in P")


# %% mistake: writing | all characters are drawn alike
# hint: which probabilities did you hand to the generator?
replace("rng.choice(len(p), p=p)", "rng.choice(len(p))")


# %% mistake: writing | temperature zero is refused
# hint: what does the docstring say about a temperature of exactly 0?
replace("if temperature < 0:", "if temperature <= 0:")


# %% mistake: writing | a negative temperature turns everything round
# hint: for which temperatures does the docstring promise an error?
replace(
    """
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}: it cannot be below zero.")
    """,
    "",
)


# %% mistake: writing | another source of chance
# hint: call sample twice with equal generators: are the draws equal?
replace("rng.choice(len(p), p=p)", "np.random.choice(len(p), p=p)")


# %% mistake: writing | the maximum is not subtracted when drawing
# hint: what do your probabilities become for logits of 900?
replace("logits - logits.max(axis=1, keepdims=True)", "logits")


# %% mistake: writing | the drawn character is not fed back
# hint: which character goes into the second step of your writer?
replace("step(characters, state)", "step(first, state)")


# %% mistake: writing | the state is not carried on
# hint: which state goes into the second step of your writer?
replace("logits, state = step", "logits, _ = step")


# %% mistake: writing | the first character is written, the last one is not
# hint: is the first character part of the result? read the docstring again
replace(
    """
    characters = sample(logits, temperature, rng)
    written.append(characters)
    """,
    """
    written.append(characters)
    characters = sample(logits, temperature, rng)
    """,
)


# %% mistake: writing | always the most likely character
# hint: does your writer use the temperature that it is given?
replace("sample(logits, temperature, rng)", "logits.argmax(axis=1)")


# %% mistake: writing | texts in columns
# hint: which axis holds the texts, and which one the characters of a text?
replace("np.stack(written, axis=1)", "np.stack(written)")


# %% mistake: writing | one maximum for all rows
# hint: one row of large logits, one of small ones: what is left of the second?
replace("largest = logits.max(axis=1)", "largest = np.full(len(logits), logits.max())")


# %% mistake: writing | one maximum for all rows when drawing
# hint: one row of large logits, one of small ones: which probabilities has the second?
replace("logits - logits.max(axis=1, keepdims=True)", "logits - logits.max()")


# %% mistake: writing | the writer's temperature is always 1
# hint: does your writer use the temperature that it is given?
replace("sample(logits, temperature, rng)", "sample(logits, 1.0, rng)")


# %% alternative: writing | Gumbel noise, and an array that is filled
def bits_per_character(logits, targets):
    Z = logits - np.max(logits, axis=1)[:, np.newaxis]
    nats = [np.log(np.exp(row).sum()) - row[target] for row, target in zip(Z, targets)]
    return float(np.mean(nats) / np.log(2))


def sample(logits, temperature, rng):
    if temperature < 0:
        raise ValueError("below zero")
    noise = rng.gumbel(size=logits.shape)
    return np.argmax(logits + temperature * noise, axis=1)


def generate(step, state, first, length, temperature, rng):
    text = np.zeros((len(first), length), dtype=np.int64)
    current = first
    for k in range(length):
        scores, state = step(current, state)
        current = text[:, k] = sample(scores, temperature, rng)
    return text


# %% alternative: writing | the distribution function, turned round
def bits_per_character(logits, targets):
    log_sum = np.logaddexp.reduce(logits, axis=1)
    rows = range(len(targets))
    return -np.mean(logits[rows, targets] - log_sum) / np.log(2)


def sample(logits, temperature, rng):
    if temperature < 0:
        raise ValueError(temperature)
    if not temperature:
        return np.argmax(logits, axis=-1)
    Z = logits / temperature
    P = np.exp(Z - Z.max(axis=-1, keepdims=True)).cumsum(axis=-1)
    places = rng.random(len(P)) * P[:, -1]
    return (P <= places[:, None]).sum(axis=-1)


def generate(step, state, first, length, temperature, rng):
    columns = [first]
    while len(columns) <= length:
        logits, state = step(columns[-1], state)
        columns.append(sample(logits, temperature, rng))
    return np.array(columns[1:]).T


# %% mistake: windows | scaled by all values
# hint: change a value after the cut: do your mean and scale change with it?
replace("values[:cut].mean(), values[:cut].std()", "values.mean(), values.std()")


# %% mistake: windows | only the part before the cut is returned
# hint: what about the values after the cut: they are scaled, too, with the same numbers
replace("(values - mean) / scale, mean", "(values[:cut] - mean) / scale, mean")


# %% mistake: windows | variance in the place of the standard deviation
# hint: what is the standard deviation of your scaled values before the cut?
replace("values[:cut].std()", "values[:cut].var()")


# %% mistake: windows | the target lies inside the window
# hint: is the value at the origin known, or is it the first that is wanted?
replace("np.arange(-n_in, 0)", "np.arange(-n_in, 0) + 1")


# %% mistake: windows | the target begins one step too late
# hint: the first target is the value at the origin itself
replace(
    "future = origins[:, None] + np.arange(horizon)",
    "future = origins[:, None] + np.arange(horizon) + 1",
)
replace("stop - horizon + 1", "stop - horizon")


# %% mistake: windows | the last window is lost
# hint: may the last target be the value just before stop? count the examples again
replace("stop - horizon + 1", "stop - horizon")


# %% mistake: windows | targets reach beyond stop
# hint: how long is a target, and where does the last one end?
replace("stop - horizon + 1", "stop")
replace(
    "origins[:, None] + np.arange(horizon)",
    "np.minimum(origins[:, None] + np.arange(horizon), len(values) - 1)",
)


# %% mistake: windows | inputs may not reach back before start
# hint: at the first test hour the past is known: is your first origin the start?
replace("max(start, n_in + season)", "start + n_in + season")


# %% mistake: windows | the first origin has no season behind it
# hint: what does a negative index mean in Python? how many values does an origin need?
replace("max(start, n_in + season)", "max(start, n_in)")


# %% mistake: windows | the difference to the step before
# hint: how far back lies the value that the second feature subtracts?
replace("values[past - season]", "values[past - 1]")


# %% mistake: windows | the difference the other way round
# hint: the second feature is now minus then: which sign has it when demand has grown?
replace("values[past] - values[past - season]", "values[past - season] - values[past]")


# %% mistake: windows | the second feature is the old value itself
# hint: compare X of the worked example: the second column is a difference
replace("values[past] - values[past - season]", "values[past - season]")


# %% mistake: windows | the baseline is the last value, repeated
# hint: the seasonal naive forecast looks back a season, not a step
replace("values[future - season]", "values[origins - 1][:, None] + 0 * future")


# %% mistake: windows | a horizon longer than the season looks into the future
# hint: where would the last baseline value of a long horizon be measured?
replace(
    """
    if horizon > season:
        raise ValueError(f"{horizon} steps ahead, {season} back: that value is not known yet.")
    """,
    "",
)


# %% mistake: windows | a horizon of one season is refused
# hint: is the value of exactly one season ago known at the origin?
replace("horizon > season", "horizon >= season")


# %% mistake: windows | no example, and no word about it
# hint: what do you return if not a single example fits between start and stop?
replace(
    """
    if len(origins) == 0:
        raise ValueError(f"no example fits between {start} and {stop}.")
    """,
    "",
)


# %% mistake: windows | skill as a ratio
# hint: what is the skill of a perfect forecast?
replace(
    "1.0 - np.abs(forecast - Y).mean() / np.abs(baseline - Y).mean()",
    "np.abs(forecast - Y).mean() / np.abs(baseline - Y).mean()",
)


# %% mistake: windows | skill by squared errors
# hint: an error of 1 against one of 4: what is the ratio of the absolute errors?
replace(
    "np.abs(forecast - Y).mean() / np.abs(baseline - Y).mean()",
    "np.square(forecast - Y).mean() / np.square(baseline - Y).mean()",
)


# %% mistake: windows | the mean of ratios
# hint: let one example be far off for the baseline: take the means before you divide
replace(
    "np.abs(forecast - Y).mean() / np.abs(baseline - Y).mean()",
    "(np.abs(forecast - Y).mean(axis=1) / np.abs(baseline - Y).mean(axis=1)).mean()",
)


# %% mistake: windows | errors of both signs cancel
# hint: one error of +1 and one of -1: what is their mean absolute error?
replace("np.abs(forecast - Y).mean()", "np.abs((forecast - Y).mean())")


# %% mistake: windows | a standard deviation with one degree of freedom less
# hint: what do you divide the sum of squares by, the number of values or one less?
replace("values[:cut].std()", "values[:cut].std(ddof=1)")


# %% mistake: windows | skill by the root of the mean squared error
# hint: compare absolute errors: an error of 7 counts seven times as much as one of 1
replace(
    "np.abs(forecast - Y).mean() / np.abs(baseline - Y).mean()",
    "np.sqrt(np.square(forecast - Y).mean() / np.square(baseline - Y).mean())",
)


# %% alternative: windows | a loop over the origins
def standardise(values, cut):
    part = values[:cut]
    mean = np.mean(part)
    scale = np.sqrt(np.mean((part - mean) ** 2))
    return (values - mean) / scale, float(mean), float(scale)


def make_windows(values, n_in, horizon, season, start, stop):
    if season < horizon:
        raise ValueError("horizon")
    X, B, Y = [], [], []
    for o in range(max(start, n_in + season), stop - horizon + 1):
        now, then = values[o - n_in : o], values[o - n_in - season : o - season]
        X.append(np.column_stack([now, now - then]))
        B.append(values[o - season : o - season + horizon])
        Y.append(values[o : o + horizon])
    if not X:
        raise ValueError("no example")
    return np.array(X), np.array(B), np.array(Y)


def skill(Y, forecast, baseline):
    return 1 - np.sum(np.abs(forecast - Y)) / np.sum(np.abs(baseline - Y))


# %% alternative: windows | windows as views
def standardise(values, cut):
    mean, scale = np.mean(values[:cut]), np.std(values[:cut])
    return values / scale - mean / scale, mean, scale


def make_windows(values, n_in, horizon, season, start, stop):
    first, last = max(start, n_in + season), stop - horizon
    if horizon > season or last < first:
        raise ValueError("no example")
    view = np.lib.stride_tricks.sliding_window_view
    difference = np.concatenate([np.full(season, np.nan), values[season:] - values[:-season]])
    window = view(np.column_stack([values, difference]), n_in, axis=0).transpose(0, 2, 1)
    ahead = view(values, horizon)
    X = window[first - n_in : last - n_in + 1]
    return X, ahead[first - season : last - season + 1], ahead[first : last + 1]


def skill(Y, forecast, baseline):
    error, reference = (np.mean(np.absolute(part - Y)) for part in (forecast, baseline))
    return (reference - error) / reference


# %% mistake: forecaster | time on the first axis
# hint: does a forecast of yours change when another example of the batch changes?
replace("nn.GRU(n_features, hidden, batch_first=True)", "nn.GRU(n_features, hidden)")


# %% mistake: forecaster | the baseline is forgotten
# hint: with all weights at zero your forecast should be the baseline: what is it?
replace("B + self.head(states[:, -1])", "self.head(states[:, -1])")


# %% mistake: forecaster | the first state in the place of the last
# hint: which state has read the whole window?
replace("states[:, -1]", "states[:, 0]")


# %% mistake: forecaster | the mean of all states
# hint: the formula reads one state only: which?
replace("states[:, -1]", "states.mean(dim=1)")


# %% mistake: forecaster | an activation on the correction
# hint: can your correction be negative?
replace("self.head(states[:, -1])", "torch.relu(self.head(states[:, -1]))")


# %% mistake: forecaster | an LSTM in the place of the GRU
# hint: count your parameters: a GRU has three blocks of them
replace("nn.GRU(n_features", "nn.LSTM(n_features")


# %% mistake: forecaster | gradients are never cleared
# hint: what does backward() do with the gradients of the step before?
replace("optimiser.zero_grad()", "")


# %% mistake: forecaster | no step is made
# hint: do the weights of your model change at all?
replace("optimiser.step()", "")


# %% mistake: forecaster | the squared error
# hint: the cost is the mean of absolute errors: what is yours for an error of 100?
replace(".abs().mean()", ".square().mean()")


# %% mistake: forecaster | the gradient is not clipped
# hint: call your function with a very small clip: how far do the weights move?
replace("nn.utils.clip_grad_norm_(model.parameters(), clip)", "")


# %% mistake: forecaster | clipped by value
# hint: a norm belongs to all gradients together: is each number clipped by itself in yours?
replace("clip_grad_norm_(", "clip_grad_value_(")


# %% mistake: forecaster | clipped after the step
# hint: what use has a gradient that is clipped after the step?
replace(
    """
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimiser.step()
    """,
    """
    optimiser.step()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    """,
)


# %% mistake: forecaster | always the same order
# hint: in which order does the second epoch of yours show the examples?
replace("torch.randperm(len(X))", "torch.arange(len(X))")


# %% mistake: forecaster | one random order for all epochs
# hint: when is your random order drawn: once, or in every epoch?
replace("history = []", "history, order = [], torch.randperm(len(X))")
replace("torch.randperm(len(X)).split", "order.split")


# %% mistake: forecaster | the batch size is ignored
# hint: how many examples does the model see in one step?
replace(".split(batch_size)", ".split(64)")


# %% mistake: forecaster | the last, smaller batch is dropped
# hint: ten examples in batches of four: how many does an epoch of yours show?
replace("torch.randperm(len(X)).split", "torch.randperm(len(X) // batch_size * batch_size).split")


# %% mistake: forecaster | the optimiser that is given is not used
# hint: hand in an optimiser of your own: does the model move as that one says?
replace("if optimiser is None:", "if True:")


# %% mistake: forecaster | one cost only
# hint: how many numbers does your list hold after five epochs?
replace("return history", "return history[-1:]")


# %% mistake: forecaster | the cost of the last batch
# hint: how many batches has an epoch, and how many of them does your number know?
replace("float(np.mean(costs))", "costs[-1]")


# %% mistake: forecaster | the correction passes through tanh
# hint: how large can your correction be, at most?
replace("self.head(states[:, -1])", "torch.tanh(self.head(states[:, -1]))")


# %% alternative: forecaster | the last state as the GRU returns it, and a norm by hand
class Forecaster(nn.Module):
    def __init__(self, n_features, hidden, horizon):
        super().__init__()
        self.recurrent = nn.GRU(input_size=n_features, hidden_size=hidden, batch_first=True)
        self.out = nn.Linear(hidden, horizon)

    def forward(self, X, B):
        _, last = self.recurrent(X)
        return self.out(last.squeeze(0)) + B


def fit_forecaster(model, X, B, Y, epochs, batch_size=64, clip=1.0, optimiser=None):
    parameters = list(model.parameters())
    optimiser = optimiser or torch.optim.Adam(parameters, lr=1e-2)
    history = []
    for _ in range(epochs):
        order, costs = np.random.permutation(len(X)), []
        for start in range(0, len(X), batch_size):
            rows = torch.from_numpy(order[start : start + batch_size])
            cost = nn.functional.l1_loss(model(X[rows], B[rows]), Y[rows])
            optimiser.zero_grad()
            cost.backward()
            norm = torch.sqrt(sum(P.grad.square().sum() for P in parameters))
            if norm > clip:
                for P in parameters:
                    P.grad *= clip / norm
            optimiser.step()
            costs.append(float(cost.detach()))
        history.append(sum(costs) / len(costs))
    return history


# %% alternative: forecaster | time first inside, and a data loader
class Forecaster(nn.Module):
    def __init__(self, n_features, hidden, horizon):
        super().__init__()
        self.layers = nn.ModuleList([nn.GRU(n_features, hidden), nn.Linear(hidden, horizon)])

    def forward(self, X, B):
        gru, head = self.layers
        states, _ = gru(X.transpose(0, 1))
        return torch.add(B, head(states[-1]))


def fit_forecaster(model, X, B, Y, epochs, batch_size=64, clip=1.0, optimiser=None):
    examples = torch.utils.data.TensorDataset(X, B, Y)
    loader = torch.utils.data.DataLoader(examples, batch_size=batch_size, shuffle=True)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01) if optimiser is None else optimiser
    model.train()
    means = []
    for _ in range(epochs):
        total = []
        for X_part, B_part, Y_part in loader:
            loss = torch.mean(torch.abs(Y_part - model(X_part, B_part)))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=clip)
            optimiser.step()
            total.append(loss.item())
        means.append(np.mean(total))
    return means


# %% equivalent: forecaster | an absolute value does not know which way round the difference is
cost = (Y[rows] - model(X[rows], B[rows])).abs().mean()


# %% mistake: twin | an LSTM's bias of the input alone
# hint: PyTorch adds two biases: what becomes of the second one?
replace('state["bias_ih_l0"] + state["bias_hh_l0"]', 'state["bias_ih_l0"]')


# %% mistake: twin | an LSTM's weights are not transposed
# hint: compare the shapes of your arrays with the table
replace(
    'state["weight_ih_l0"].T, state["weight_hh_l0"].T, bias]',
    'state["weight_ih_l0"], state["weight_hh_l0"], bias]',
)


# %% mistake: twin | the LSTM's blocks are reordered as well
# hint: in which order do the two frameworks keep an LSTM's blocks?
replace(
    'bias = state["bias_ih_l0"] + state["bias_hh_l0"]',
    """
    parts = {name: np.split(array, 4) for name, array in state.items()}
    state = {name: np.concatenate([f, i, g, o]) for name, (i, f, g, o) in parts.items()}
    bias = state["bias_ih_l0"] + state["bias_hh_l0"]
    """,
)


# %% mistake: twin | the GRU's gates stay in PyTorch's order
# hint: which gate comes first in Keras? no shape will tell you
replace("np.concatenate([update, reset, candidate])", "np.concatenate([reset, update, candidate])")


# %% mistake: twin | the order of the blocks from behind
# hint: which of the three blocks stays where it is?
replace("np.concatenate([update, reset, candidate])", "np.concatenate([candidate, update, reset])")


# %% mistake: twin | the GRU's biases keep their order
# hint: do the biases have blocks, too?
replace(
    "bias = np.stack([moved",
    """
    moved |= {name: array for name, array in state.items() if array.ndim == 1}
    bias = np.stack([moved""",
)


# %% mistake: twin | the GRU's biases are added
# hint: why has Keras' bias two rows? the reset gate multiplies only one of them
replace(
    'np.stack([moved["bias_ih_l0"], moved["bias_hh_l0"]])',
    'moved["bias_ih_l0"] + moved["bias_hh_l0"]',
)


# %% mistake: twin | both biases in the first row
# hint: which bias belongs into which row?
replace(
    'np.stack([moved["bias_ih_l0"], moved["bias_hh_l0"]])',
    'np.stack([moved["bias_ih_l0"] + moved["bias_hh_l0"], 0 * moved["bias_hh_l0"]])',
)


# %% mistake: twin | the rows of the bias are exchanged
# hint: which bias belongs into row 0, that of the input or that of the state?
replace('[moved["bias_ih_l0"], moved["bias_hh_l0"]]', '[moved["bias_hh_l0"], moved["bias_ih_l0"]]')


# %% mistake: twin | the weights of the state keep their order
# hint: both weights have blocks: did you move those of both?
replace('moved["weight_hh_l0"].T', 'state["weight_hh_l0"].T')


# %% mistake: twin | a Keras model without the baseline
# hint: with all weights at zero the forecast is the baseline: what is yours?
replace("keras.layers.Add()([baseline, correction])", "correction")


# %% mistake: twin | the two inputs the other way round
# hint: which of the two inputs comes first?
replace("keras.Model([window, baseline]", "keras.Model([baseline, window]")


# %% mistake: twin | an LSTM in Keras
# hint: how many columns does the kernel of your recurrent layer have?
replace("keras.layers.GRU(hidden)", "keras.layers.LSTM(hidden)")


# %% mistake: twin | an activation on the correction
# hint: can your correction be negative?
replace("keras.layers.Dense(horizon)", 'keras.layers.Dense(horizon, activation="relu")')


# %% mistake: twin | the states of all steps, averaged
# hint: the formula reads one state only: which?
replace(
    "keras.layers.GRU(hidden)(window)",
    "keras.layers.GlobalAveragePooling1D()(keras.layers.GRU(hidden, return_sequences=True)(window))",
)


# %% mistake: twin | a GRU that resets before the product
# hint: which form of the reset gate does exercise 4 have? how many biases has your layer?
replace("keras.layers.GRU(hidden)", "keras.layers.GRU(hidden, reset_after=False)")


# %% mistake: twin | a GRU that reads backwards
# hint: in which direction does your layer read the window?
replace("keras.layers.GRU(hidden)", "keras.layers.GRU(hidden, go_backwards=True)")


# %% mistake: twin | rows in the place of blocks
# hint: how many rows has a block when there are two units?
replace(
    """
    reset, update, candidate = np.split(array, 3)
    moved[name] = np.concatenate([update, reset, candidate])
    """,
    "moved[name] = array[[1, 0, *range(2, len(array))]]",
)


# %% mistake: twin | an LSTM's recurrent kernel is not transposed
# hint: compare the shape of each of your three arrays with the table
replace('state["weight_hh_l0"].T, bias]', 'state["weight_hh_l0"], bias]')


# %% mistake: twin | the correction passes through tanh
# hint: how large can your correction be, at most?
replace("keras.layers.Dense(horizon)", 'keras.layers.Dense(horizon, activation="tanh")')


# %% alternative: twin | index arrays, float32, and a subclass
def lstm_to_keras(state):
    kernel, recurrent, b_x, b_h = [
        np.asarray(state[name], dtype=np.float32)
        for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    ]
    return [np.transpose(kernel), np.transpose(recurrent), np.add(b_x, b_h)]


def gru_to_keras(state):
    h = len(state["bias_ih_l0"]) // 3
    order = np.r_[h : 2 * h, 0:h, 2 * h : 3 * h]
    bias = np.array([state["bias_ih_l0"][order], state["bias_hh_l0"][order]])
    return [state["weight_ih_l0"][order].T, state["weight_hh_l0"][order].T, bias]


def keras_forecaster(n_in, n_features, hidden, horizon):
    X = keras.layers.Input(shape=(n_in, n_features))
    B = keras.layers.Input(shape=(horizon,))
    return keras.Model(
        inputs=[X, B], outputs=B + keras.layers.Dense(horizon)(keras.layers.GRU(hidden)(X))
    )


# %% alternative: twin | blocks by slices, and the last of all states
def lstm_to_keras(state):
    b = sum(state[name] for name in state if name.startswith("bias"))
    return [
        state["weight_ih_l0"].swapaxes(0, 1).copy(),
        state["weight_hh_l0"].swapaxes(0, 1).copy(),
        b,
    ]


def gru_to_keras(state):
    def reorder(array):
        blocks = array.reshape(3, -1, *array.shape[1:])
        return blocks[[1, 0, 2]].reshape(array.shape)

    weights = [reorder(state[f"weight_{kind}_l0"]).T for kind in ("ih", "hh")]
    biases = [reorder(state[f"bias_{kind}_l0"]) for kind in ("ih", "hh")]
    return (*weights, np.vstack(biases))


def keras_forecaster(n_in, n_features, hidden, horizon):
    inputs = [keras.Input((n_in, n_features)), keras.Input((horizon,))]
    states = keras.layers.GRU(hidden, return_sequences=True)(inputs[0])
    last = keras.layers.Lambda(lambda sequence: sequence[:, -1], output_shape=(hidden,))(states)
    return keras.Model(inputs, keras.layers.add([keras.layers.Dense(horizon)(last), inputs[1]]))


# %% mistake: quiz | question 1
# hint: multiply 0.9 by itself fifty times
replace('answer_1 = "b"', 'answer_1 = "c"')


# %% mistake: quiz | question 2
# hint: which fraction does the forget gate keep at each step, and how often until a half is left?
replace('answer_2 = "a"', 'answer_2 = "b"')


# %% mistake: quiz | question 3
# hint: from which end does the backward half read, and how far has it come at the last word?
replace('answer_3 = "c"', 'answer_3 = "a"')


# %% mistake: quiz | question 4
# hint: for each answer: is a number used that is not yet known at the origin?
replace('answer_4 = "d"', 'answer_4 = "a"')


# %% mistake: quiz | question 5
# hint: do the two gates have blocks of different shapes?
replace('answer_5 = "b"', 'answer_5 = "c"')
