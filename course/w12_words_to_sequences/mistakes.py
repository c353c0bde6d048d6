"""Wrong and unusual right answers of week 12, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: skipgram | a word that occurs twice gets only one of its parts
# hint: let a negative be drawn twice: what does += with a list of rows do with it?
replace(
    "np.add.at(dU, words, slope[:, :, np.newaxis] * v[:, np.newaxis, :])",
    "dU[words] += slope[:, :, np.newaxis] * v[:, np.newaxis, :]",
)


# %% mistake: skipgram | a centre of two pairs gets only one of its parts
# hint: let a word be the centre of two pairs: is its row of dV the sum of both parts?
replace(
    'np.add.at(dV, centres, np.einsum("mk,mkd->md", slope, u))',
    'dV[centres] += np.einsum("mk,mkd->md", slope, u)',
)


# %% mistake: skipgram | the power one half
# hint: compare your P with the worked example: which power does the text take?
replace("** power", "** 0.5")


# %% mistake: skipgram | no power at all
# hint: compare your P with the worked example: what is 16 to the power 3/4?
replace(" ** power", "")


# %% mistake: skipgram | the power comes after the division, without another one
# hint: do your probabilities sum to 1?
replace(
    """
    raised = np.asarray(counts, dtype=np.float64) ** power
    return raised / raised.sum()
    """,
    """
    counts = np.asarray(counts, dtype=np.float64)
    return (counts / counts.sum()) ** power
    """,
)


# %% mistake: skipgram | the context may be its own negative
# hint: can a pair's context stand among its own negatives in your answer?
replace(
    "while (clash := negatives == contexts[:, np.newaxis]).any():",
    "while (clash := negatives < 0).any():",
)


# %% mistake: skipgram | clashes are drawn once more, and may clash again
# hint: you draw again once: what if the second draw is the context, too?
replace("while (clash", "if (clash")


# %% mistake: skipgram | the same negatives for every pair
# hint: compare the rows of your negatives: does every pair draw for itself?
replace(
    "size=(len(contexts), k), p=probabilities)",
    "size=(1, k), p=probabilities).repeat(len(contexts), axis=0)",
)


# %% mistake: skipgram | negatives are drawn uniformly
# hint: how often is a rare word drawn? is a word of probability zero?
replace("size=(len(contexts), k), p=probabilities", "size=(len(contexts), k)")


# %% mistake: skipgram | another word takes the place of a clash, always the next one
# hint: which words take the place of a context? do they keep their relative probability?
replace(
    "negatives[clash] = rng.choice(len(probabilities), size=clash.sum(), p=probabilities)",
    "negatives[clash] = (negatives[clash] + 1) % len(probabilities)",
)


# %% mistake: skipgram | NumPy's global generator
# hint: from which generator do your numbers come? two calls with equal ones must agree
replace(
    "negatives = rng.choice(len(probabilities), size=(len(contexts), k), p=probabilities)",
    "negatives = np.random.choice(len(probabilities), size=(len(contexts), k), p=probabilities)",
)


# %% mistake: skipgram | the sign of the negative term
# hint: with scores 2 and 1, is it good for J that the negative's score is large?
replace("2.0 * label - 1.0", "1.0 + 0.0 * label")


# %% mistake: skipgram | centre and context matrices exchanged
# hint: which matrix holds centres, which contexts? compare the rows with the worked tests
replace("v, u = V[centres], U[words]", "v, u = U[centres], V[words]")


# %% mistake: skipgram | the sum over the batch instead of the mean
# hint: give each pair twice: must J change?
replace(
    "J = np.logaddexp(0.0, -sign * score).sum() / len(centres)",
    "J = np.logaddexp(0.0, -sign * score).sum()",
)


# %% mistake: skipgram | gradients of the sum, J of the mean
# hint: is dV the derivative of the mean? compare with a small step along one element
replace("slope = (expit(score) - label) / len(centres)", "slope = expit(score) - label")


# %% mistake: skipgram | the mean over negatives, too
# hint: with all scores zero a pair costs (1 + k) log 2: what do you get?
replace(
    "J = np.logaddexp(0.0, -sign * score).sum() / len(centres)",
    "J = np.logaddexp(0.0, -sign * score).mean()",
)


# %% mistake: skipgram | the logarithm of the sigmoid, which overflows
# hint: what is the logarithm of expit(-900)? see the second hint
replace("np.logaddexp(0.0, -sign * score)", "-np.log(expit(sign * score))")


# %% mistake: skipgram | label minus probability
# hint: your gradients have the wrong sign: where does the loss fall?
replace("expit(score) - label", "label - expit(score)")


# %% mistake: skipgram | updates the vectors itself
# hint: what do V and U hold after the call?
replace(
    "return J, dV, dU",
    """
    V -= dV
    return J, dV, dU
    """,
)


# %% mistake: skipgram | the context of two pairs gets only one of its parts
# hint: let a word be the context of two pairs: is its row of dU the sum of both parts?
replace(
    "np.add.at(dU, words, slope[:, :, np.newaxis] * v[:, np.newaxis, :])",
    """
    parts = slope[:, :, np.newaxis] * v[:, np.newaxis, :]
    np.add.at(dU, negatives, parts[:, 1:])
    dU[contexts] += parts[:, 0]
    """,
)


# %% mistake: skipgram | a sum over the batch, of which repeated centres keep one part
# hint: two pairs with one centre: is its row of dV the mean of both pairs' parts?
replace("slope = (expit(score) - label) / len(centres)", "slope = expit(score) - label")
replace(
    'np.add.at(dV, centres, np.einsum("mk,mkd->md", slope, u))',
    'dV[centres] += np.einsum("mk,mkd->md", slope, u)',
)


# %% mistake: skipgram | uniform among the words that can be drawn
# hint: is a word with a larger P drawn more often?
replace(
    "negatives = rng.choice(len(probabilities), size=(len(contexts), k), p=probabilities)",
    """
    probabilities = (probabilities > 0) / (probabilities > 0).sum()
    negatives = rng.choice(len(probabilities), size=(len(contexts), k), p=probabilities)
    """,
)


# %% mistake: skipgram | the most frequent other word takes the place of a clash
# hint: which words take the place of a context? do they keep their relative probability?
replace(
    "negatives[clash] = rng.choice(len(probabilities), size=clash.sum(), p=probabilities)",
    """
    order = np.argsort(-probabilities)
    other = np.where(contexts == order[0], order[1], order[0])
    negatives[clash] = np.broadcast_to(other[:, np.newaxis], negatives.shape)[clash]
    """,
)


# %% mistake: skipgram | a generator of its own
# hint: call it with two different generators: can you see which one was given?
replace(
    "negatives = rng.choice(len(probabilities), size=(len(contexts), k), p=probabilities)",
    """
    rng = np.random.default_rng(0)
    negatives = rng.choice(len(probabilities), size=(len(contexts), k), p=probabilities)
    """,
)


# %% alternative: skipgram | a pair's negatives are drawn anew until none is its context
replace(
    """
    negatives = rng.choice(len(probabilities), size=(len(contexts), k), p=probabilities)
    while (clash := negatives == contexts[:, np.newaxis]).any():
        negatives[clash] = rng.choice(len(probabilities), size=clash.sum(), p=probabilities)
    return negatives
    """,
    """
    negatives = []
    for context in contexts:
        row = rng.choice(len(probabilities), size=k, p=probabilities)
        while context in row:
            row = rng.choice(len(probabilities), size=k, p=probabilities)
        negatives.append(row)
    return np.array(negatives)
    """,
)


# %% alternative: skipgram | sums by np.bincount, and negatives by the inverse of the distribution
def noise_distribution(counts, power=0.75):
    p = np.power(np.array(counts, float), power)
    return p / np.sum(p)


def draw_negatives(contexts, probabilities, k, rng):
    contexts = np.asarray(contexts)
    start = np.cumsum(probabilities) - probabilities
    own = probabilities[contexts][:, None]
    # A number below 1 - p(context), moved beyond the context's own interval where it lies above.
    u = rng.random((len(contexts), k)) * (1 - own)
    u = np.where(u >= start[contexts][:, None], u + own, u)
    found = np.searchsorted(np.cumsum(probabilities), u, side="right")
    return np.minimum(found, np.flatnonzero(probabilities).max())


def skipgram_loss(V, U, centres, contexts, negatives):
    m, n = len(centres), len(V)
    good = (V[centres] * U[contexts]).sum(axis=1)
    bad = np.einsum("md,mkd->mk", V[centres], U[negatives])
    J = (np.logaddexp(0, -good).sum() + np.logaddexp(0, bad).sum()) / m
    g, b = (expit(good) - 1) / m, expit(bad) / m
    for_v = g[:, None] * U[contexts] + np.einsum("mk,mkd->md", b, U[negatives])
    rows = np.concatenate([contexts, negatives.ravel()])
    for_u = np.concatenate(
        [g[:, None] * V[centres], (b[:, :, None] * V[centres][:, None]).reshape(-1, V.shape[1])]
    )
    dV = np.stack([np.bincount(centres, column, n) for column in for_v.T], axis=1)
    dU = np.stack([np.bincount(rows, column, n) for column in for_u.T], axis=1)
    return float(J), dV, dU


# %% alternative: skipgram | column by column of the negatives, with sparse sums
def noise_distribution(counts, power=0.75):
    total = sum(float(c) ** power for c in counts)
    return np.array([float(c) ** power / total for c in counts])


def draw_negatives(contexts, probabilities, k, rng):
    columns = []
    for _ in range(k):
        column = rng.choice(len(probabilities), size=len(contexts), p=probabilities)
        while (column == contexts).any():
            rows = np.flatnonzero(column == contexts)
            column[rows] = rng.choice(len(probabilities), size=len(rows), p=probabilities)
        columns.append(column)
    return np.stack(columns, axis=1)


def skipgram_loss(V, U, centres, contexts, negatives):
    from scipy.sparse import csr_matrix

    m, n = len(centres), len(V)

    def spread(rows, parts):
        return csr_matrix((np.ones(m), (rows, np.arange(m))), shape=(n, m)) @ parts

    J, dV, dU = 0.0, np.zeros(V.shape), np.zeros(U.shape)
    for words, label in [(contexts, 1.0), *((column, 0.0) for column in negatives.T)]:
        score = (V[centres] * U[words]).sum(axis=1)
        J += np.logaddexp(0, score).sum() - label * score.sum()
        g = (expit(score) - label)[:, None] / m
        dV += spread(centres, g * U[words])
        dU += spread(words, g * V[centres])
    return J / m, dV, dU


# %% mistake: analogy | the dot product instead of the cosine
# hint: make one vector ten times as long: do your cosines change?
replace(
    "np.divide(A @ B.T, lengths, out=np.zeros_like(lengths), where=lengths > 0)",
    "A @ B.T",
)


# %% mistake: analogy | divided by the lengths of one side only
# hint: cos((3, 4), (6, 8)) is 1: by how much is yours too large?
replace(
    "np.outer(np.linalg.norm(A, axis=1), np.linalg.norm(B, axis=1))",
    "np.outer(np.linalg.norm(A, axis=1), np.ones(len(B)))",
)


# %% mistake: analogy | a vector of zeros gives NaN
# hint: what is your cosine with a vector of zeros?
replace(
    "np.divide(A @ B.T, lengths, out=np.zeros_like(lengths), where=lengths > 0)",
    "(A @ B.T) / lengths",
)


# %% mistake: analogy | the farthest first
# hint: are the first of your neighbours the most similar or the least?
replace("np.argsort(-similarity)", "np.argsort(similarity)")


# %% mistake: analogy | first the k nearest, then the excluded ones leave
# hint: ask for 3 without some of the nearest: how many do you get?
replace(
    "[int(i) for i in np.argsort(-similarity) if i not in exclude][:k]",
    "[int(i) for i in np.argsort(-similarity)[:k] if i not in exclude]",
)


# %% mistake: analogy | answers one of the words of the question
# hint: may "king" be the answer where "king" is in the question?
replace(
    "nearest(second - first + third, vectors, k, exclude=asked)",
    "nearest(second - first + third, vectors, k)",
)


# %% mistake: analogy | vectors are added with their own lengths
# hint: make the vector of b ten times as long: does your answer change? what is b-hat?
replace("(vectors[i] / np.linalg.norm(vectors[i]) for i in asked)", "(vectors[i] for i in asked)")


# %% mistake: analogy | a minus b
# hint: man is to king: which way leads from man to king, king - man or man - king?
replace("second - first + third", "first - second + third")


# %% mistake: analogy | only the third word is excluded
# hint: can the first or second word of your question be an answer?
replace("exclude=asked)]", "exclude=asked[2:])]")


# %% mistake: analogy | excludes the first k rows
# hint: which rows leave: those that are named, or as many from the beginning?
replace("if i not in exclude][:k]", "if i >= len(exclude)][:k]")


# %% mistake: analogy | an unknown word is another error
# hint: which error does your analogy raise for a word without a vector?
replace(
    "asked = [row[word] for word in (a, b, c)]",
    "asked = [list(row).index(word) for word in (a, b, c)]",
)


# %% alternative: analogy | divides first, and then chooses
replace(
    "return np.divide(A @ B.T, lengths, out=np.zeros_like(lengths), where=lengths > 0)",
    "return np.where(lengths > 0, A @ B.T / lengths, 0.0)",
)


# %% alternative: analogy | everything normalised first, and a mask of minus infinity
def cosine_similarity(A, B):
    def unit(M):
        length = np.sqrt((M**2).sum(axis=1, keepdims=True))
        return M / np.where(length == 0, 1, length)

    return unit(A) @ unit(B).T


def nearest(query, vectors, k, exclude=()):
    similarity = cosine_similarity(query.reshape(1, -1), vectors).ravel()
    gone = list(exclude)
    similarity[gone] = -np.inf
    order = np.argsort(similarity)[::-1]
    return list(order[: min(k, len(vectors) - len(set(gone)))])


def analogy(a, b, c, words, vectors, k=1):
    words = list(words)
    number = dict(zip(words, range(len(words))))
    i, j, l = number[a], number[b], number[c]
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    rows = nearest(unit[j] - unit[i] + unit[l], unit, k, exclude={i, j, l})
    return [words[row] for row in rows]


# %% alternative: analogy | loops and sorting by a key
def cosine_similarity(A, B):
    result = np.zeros((len(A), len(B)))
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            if a.any() and b.any():
                result[i, j] = a @ b / np.sqrt(a @ a) / np.sqrt(b @ b)
    return result


def nearest(query, vectors, k, exclude=()):
    gone = list(exclude)
    left = [row for row in range(len(vectors)) if row not in gone]
    cosine = cosine_similarity(vectors, query[None])
    return sorted(left, key=lambda row: cosine[row, 0], reverse=True)[:k]


def analogy(a, b, c, words, vectors, k=1):
    where = {word: row for row, word in enumerate(words)}
    asked = [where[a], where[b], where[c]]
    parts = [vectors[row] / np.sqrt(np.sum(vectors[row] ** 2)) for row in asked]
    return [words[row] for row in nearest(parts[1] + parts[2] - parts[0], vectors, k, asked)]


# %% mistake: batches | the mask from the numbers instead of the lengths
# hint: what if a sequence holds the number that fills up? see the first hint
replace("return X, mask", "return X, X != pad")


# %% mistake: batches | padding in front
# hint: compare your X with the worked example: where does the filling stand?
replace("X[row, : len(sequence)]", "X[row, longest - len(sequence) :]")
replace("mask[row, : len(sequence)]", "mask[row, longest - len(sequence) :]")


# %% mistake: batches | the mask is True on padding
# hint: the mask is True where a position may be attended: what is yours on real words?
replace("return X, mask", "return X, ~mask")


# %% mistake: batches | always filled up with zeros
# hint: what fills up where pad is 6?
replace(
    "torch.full((len(sequences), longest), pad, dtype=torch.int64)",
    "torch.zeros(len(sequences), longest, dtype=torch.int64)",
)


# %% mistake: batches | numbers become floats
# hint: of which dtype is your X? an embedding takes whole numbers
replace("pad, dtype=torch.int64)", "float(pad))")


# %% mistake: batches | a mask of numbers
# hint: of which dtype is your mask?
replace(
    "torch.zeros(len(sequences), longest, dtype=torch.bool)",
    "torch.zeros(len(sequences), longest, dtype=torch.int64)",
)


# %% mistake: batches | inputs end with EOS
# hint: which is the last input? the decoder never gets EOS, it says it
replace(
    "pad_batch([[BOS, *target] for target in targets])",
    "pad_batch([[BOS, *target, EOS] for target in targets])",
)
replace(
    "pad_batch([[*target, EOS] for target in targets])",
    "pad_batch([[*target, EOS, PAD] for target in targets])",
)


# %% mistake: batches | inputs and outputs are not shifted
# hint: at each position the input is the previous word: compare with the text
replace("[[BOS, *target] for target in targets]", "[[*target, EOS] for target in targets]")


# %% mistake: batches | outputs begin with BOS
# hint: nobody asks the decoder for BOS: what is its first output?
replace("[[*target, EOS] for target in targets]", "[[BOS, *target] for target in targets]")


# %% mistake: batches | the mask leaves EOS out
# hint: how many words has a decoder to say for a target of 3, EOS counted?
replace("return inputs, outputs, mask", "return inputs, outputs, mask & (outputs != EOS)")


# %% mistake: batches | EOS is appended to the caller's lists
# hint: what do the targets hold after the call?
replace(
    "outputs, _ = pad_batch([[*target, EOS] for target in targets])",
    """
    for target in targets:
        target.append(EOS)
    outputs, _ = pad_batch(targets)
    """,
)


# %% mistake: batches | the mean over all positions
# hint: add columns of padding: does your loss change?
replace("losses[mask].mean()", "(losses * mask).mean()")


# %% mistake: batches | padding counts as words
# hint: make the network certain of its padding: does your loss fall?
replace("losses[mask].mean()", "losses.mean()")


# %% mistake: batches | the mean of the rows' means
# hint: rows of 3 words and of 1: does every word count the same?
replace("losses[mask].mean()", "((losses * mask).sum(dim=1) / mask.sum(dim=1)).mean()")


# %% mistake: batches | a sum instead of a mean
# hint: uniform guesses of 4 words cost log 4: what do you get?
replace("losses[mask].mean()", "losses[mask].sum()")


# %% mistake: batches | padding is what equals PAD
# hint: the mask decides, and not the numbers: what if it has holes?
replace("losses[mask].mean()", "losses[targets != PAD].mean()")


# %% mistake: batches | reshaped instead of transposed
# hint: which of your logits belong to word t? see the second hint
replace("logits.transpose(1, 2)", "logits.reshape(len(logits), logits.shape[2], -1)")


# %% mistake: batches | cross-entropy ignores what equals PAD, and the mask is not used
# hint: the mask decides, and not the numbers: what if a real word is number 0?
replace(
    """
    losses = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return losses[mask].mean()
    """,
    """
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=PAD)
    """,
)


# %% mistake: batches | the mask of teacher forcing from the numbers
# hint: the mask comes from lengths: what if a target holds the number of PAD?
replace("return inputs, outputs, mask", "return inputs, outputs, inputs != PAD")


# %% alternative: batches | PyTorch's own padding, and flat logits
def pad_batch(sequences, pad=PAD):
    tensors = [torch.tensor(s, dtype=torch.long) for s in sequences]
    X = nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=pad)
    lengths = torch.tensor([len(s) for s in sequences])
    return X, torch.arange(X.shape[1])[None] < lengths[:, None]


def teacher_forcing(targets):
    whole, long = pad_batch([[BOS, *t, EOS] for t in targets])
    outputs, mask = whole[:, 1:], long[:, 1:]
    inputs = whole[:, :-1] * mask
    return inputs, outputs, mask


def masked_loss(logits, targets, mask):
    return F.cross_entropy(logits[mask], targets[mask])


# %% alternative: batches | lists that are filled up, and a gathered log-softmax
def pad_batch(sequences, pad=PAD):
    T = max(map(len, sequences))
    X = [list(s) + [pad] * (T - len(s)) for s in sequences]
    mask = [[t < len(s) for t in range(T)] for s in sequences]
    shape = (len(sequences), T)
    return (
        torch.tensor(X, dtype=torch.int64).reshape(shape),
        torch.tensor(mask, dtype=torch.bool).reshape(shape),
    )


def teacher_forcing(targets):
    inputs, mask = pad_batch([[BOS] + t for t in targets])
    outputs = pad_batch([t + [EOS] for t in targets])[0]
    return inputs, outputs, mask


def masked_loss(logits, targets, mask):
    log_p = torch.log_softmax(logits, dim=-1)
    right = log_p.gather(2, targets.unsqueeze(2)).squeeze(2)
    return -(right * mask).sum() / mask.sum()


# %% mistake: classifier | the last column, padding or not
# hint: add columns of padding: do your logits change?
replace("position = mask.sum(dim=1) - 1", "position = mask.sum(dim=1) * 0 - 1")


# %% mistake: classifier | one position too far
# hint: a mask with 3 True: at which position is the last of them?
replace("mask.sum(dim=1) - 1", "mask.sum(dim=1) % mask.shape[1]")


# %% mistake: classifier | the first output
# hint: what has the LSTM read at the position that you take?
replace("outputs[torch.arange(len(outputs)), position]", "outputs[:, 0]")


# %% mistake: classifier | all positions for all rows
# hint: which shape does your result have? see the first hint
replace("outputs[torch.arange(len(outputs)), position]", "outputs[:, position]")


# %% mistake: classifier | the mean over all positions
# hint: the text takes the output at one position: which?
replace("outputs[torch.arange(len(outputs)), position]", "outputs.mean(dim=1)")


# %% mistake: classifier | PAD has a vector that is trained
# hint: what does your embedding hold in the row of PAD?
replace(
    "nn.Embedding(vocabulary_size, embedding_size, padding_idx=PAD)",
    "nn.Embedding(vocabulary_size, embedding_size)",
)


# %% mistake: classifier | batch and time exchanged
# hint: does a review's logit depend on the other reviews of the batch?
replace(
    "nn.LSTM(embedding_size, hidden_size, batch_first=True)", "nn.LSTM(embedding_size, hidden_size)"
)


# %% mistake: classifier | a sigmoid at the end
# hint: your model returns probabilities: what does the loss expect?
replace(
    "self.output(self.drop(last_real(outputs, mask))).squeeze(1)",
    "torch.sigmoid(self.output(self.drop(last_real(outputs, mask)))).squeeze(1)",
)


# %% mistake: classifier | the last axis stays
# hint: which shape do your logits have? one number for each review
replace(".squeeze(1)", "")


# %% mistake: classifier | all axes of length one go
# hint: which shape do you return for a batch of one review?
replace(".squeeze(1)", ".squeeze()")


# %% mistake: classifier | no dropout on the embeddings
# hint: build the model with dropout=1: what does the LSTM get to read?
replace("self.lstm(self.drop(self.embedding(X)))", "self.lstm(self.embedding(X))")


# %% mistake: classifier | no dropout on the last output
# hint: build the model with dropout=1: which number is left of the logit?
replace("self.output(self.drop(last_real(outputs, mask)))", "self.output(last_real(outputs, mask))")


# %% mistake: classifier | dropout whatever the mode
# hint: call your model twice after eval(): do the logits agree?
replace("self.drop = nn.Dropout(dropout)", "self.drop = lambda value: F.dropout(value, dropout)")


# %% mistake: classifier | the memory instead of the output
# hint: which of the results of nn.LSTM are the outputs outputs?
replace(
    "return self.output(self.drop(last_real(outputs, mask))).squeeze(1)",
    "return self.output(self.drop(_[1][0])).squeeze(1)",
)


# %% mistake: classifier | no dropout at all
# hint: build the model with dropout and call it twice in training: what changes?
replace("self.drop = nn.Dropout(dropout)", "self.drop = nn.Identity()")


# %% mistake: classifier | dropout of one half, whatever is asked for
# hint: build the model without dropout: do two calls in training agree?
replace("nn.Dropout(dropout)", "nn.Dropout(0.5)")


# %% mistake: classifier | two layers
# hint: how many layers has your LSTM? one is asked for
replace("hidden_size, batch_first=True", "hidden_size, 2, batch_first=True")


# %% mistake: classifier | both directions
# hint: is your LSTM of one direction? what goes into the last layer?
replace("hidden_size, batch_first=True", "hidden_size, batch_first=True, bidirectional=True")
replace("nn.Linear(hidden_size, 1)", "nn.Linear(2 * hidden_size, 1)")


# %% alternative: classifier | packed sequences, whose last state is that of the last word
def last_real(outputs, mask):
    lengths = mask.long().sum(1)
    index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, outputs.shape[2])
    return outputs.gather(1, index).squeeze(1)


class ReviewClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, dropout=0.0):
        super().__init__()
        self.dropout = dropout
        self.embedding = nn.Embedding(vocabulary_size, embedding_size, padding_idx=0)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, 1)

    def forward(self, X, mask):
        E = F.dropout(self.embedding(X), self.dropout, self.training)
        lengths = mask.sum(dim=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            E, lengths, batch_first=True, enforce_sorted=False
        )
        _, (h, _) = self.lstm(packed)
        return self.output(F.dropout(h[-1], self.dropout, self.training))[:, 0]


# %% alternative: classifier | the last position picked by a product
def last_real(outputs, mask):
    last = mask & ~torch.cat([mask[:, 1:], torch.zeros_like(mask[:, :1])], dim=1)
    return (outputs * last.unsqueeze(2)).sum(dim=1)


class ReviewClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size, padding_idx=PAD)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, 1)
        self.before, self.after = nn.Dropout(dropout), nn.Dropout(dropout)

    def forward(self, X, mask):
        outputs = self.lstm(self.before(self.embedding(X)))[0]
        return self.output(self.after(last_real(outputs, mask))).reshape(-1)


# %% mistake: attention | no tanh
# hint: what is between the sum of the two layers and the score? read the formula of e
replace(
    "torch.tanh(self.query_layer(query).unsqueeze(1) + self.key_layer(keys))",
    "self.query_layer(query).unsqueeze(1) + self.key_layer(keys)",
)


# %% mistake: attention | no mask
# hint: change a key where the mask is False: do your weights change?
replace("scores.masked_fill(~mask, -torch.inf)", "scores")


# %% mistake: attention | the mask turned round
# hint: where is your attention zero: on padding, or on words?
replace("masked_fill(~mask, -torch.inf)", "masked_fill(mask, -torch.inf)")


# %% mistake: attention | masked after the softmax
# hint: do your weights sum to one where something is hidden?
replace(
    "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1)",
    "torch.softmax(scores, dim=1) * mask",
)


# %% mistake: attention | hidden scores are zero, not minus infinity
# hint: what does the softmax make of a score of zero?
replace("masked_fill(~mask, -torch.inf)", "masked_fill(~mask, 0.0)")


# %% mistake: attention | the softmax over the batch
# hint: over which axis do your weights sum to one?
replace("-torch.inf), dim=1)", "-torch.inf), dim=0)")


# %% mistake: attention | scores are not normalised
# hint: do your weights sum to one over the positions?
replace(
    "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1)", "scores.masked_fill(~mask, 0.0)"
)


# %% mistake: attention | the mean of the keys instead of the weighted sum
# hint: does your context follow the weights? give one position all of the weight
replace('torch.einsum("mt,mth->mh", weights, keys)', "keys.mean(dim=1)")


# %% mistake: attention | the context of the layer's keys
# hint: what is read, the keys themselves or what W_k makes of them?
replace(
    'torch.einsum("mt,mth->mh", weights, keys)',
    'torch.einsum("mt,mth->mh", weights, self.key_layer(keys)[..., : keys.shape[2]])',
)


# %% mistake: attention | weights and context exchanged
# hint: in which order does the docstring return context and weights?
replace(
    'return torch.einsum("mt,mth->mh", weights, keys), weights',
    'return weights, torch.einsum("mt,mth->mh", weights, keys)',
)


# %% mistake: attention | a bias in the score
# hint: none of the three layers has a bias: how many tensors has your state_dict?
replace(
    "self.score_layer = nn.Linear(attention_size, 1, bias=False)",
    "self.score_layer = nn.Linear(attention_size, 1)",
)


# %% mistake: attention | a bias in the query's layer
# hint: none of the three layers has a bias: how many tensors has your state_dict?
replace(
    "self.query_layer = nn.Linear(query_size, attention_size, bias=False)",
    "self.query_layer = nn.Linear(query_size, attention_size)",
)


# %% mistake: attention | the query is left out
# hint: change the query: do your scores change?
replace("self.query_layer(query).unsqueeze(1) + self.key_layer(keys)", "self.key_layer(keys)")


# %% mistake: attention | the query's row meets the wrong axis
# hint: 2 rows of 3 positions: which shapes do W_q s and W_k O have? see the first hint
replace("self.query_layer(query).unsqueeze(1)", "self.query_layer(query)")


# %% mistake: attention | query and key sizes exchanged
# hint: which size does W_q take, that of the query or that of the keys?
replace(
    "self.query_layer = nn.Linear(query_size, attention_size, bias=False)",
    "self.query_layer = nn.Linear(key_size, attention_size, bias=False)",
)
replace(
    "self.key_layer = nn.Linear(key_size, attention_size, bias=False)",
    "self.key_layer = nn.Linear(query_size, attention_size, bias=False)",
)


# %% mistake: attention | the axis of length one goes wherever it is
# hint: which shape do you return for a batch of one, or for a single position?
replace(".squeeze(2)", ".squeeze()")


# %% mistake: attention | dot products in the place of additive attention
# hint: the score is v times tanh of a sum: where is v in yours?
replace(
    """
    hidden = torch.tanh(self.query_layer(query).unsqueeze(1) + self.key_layer(keys))
    scores = self.score_layer(hidden).squeeze(2)
    """,
    """
    scores = torch.einsum("ma,mta->mt", self.query_layer(query), self.key_layer(keys))
    """,
)


# %% alternative: attention | a large negative number, bmm and indexing
class AdditiveAttention(nn.Module):
    def __init__(self, query_size, key_size, attention_size):
        super().__init__()
        self.score_layer = nn.Linear(attention_size, 1, bias=False)
        self.key_layer = nn.Linear(key_size, attention_size, bias=False)
        self.query_layer = nn.Linear(query_size, attention_size, bias=False)

    def forward(self, query, keys, mask):
        q = self.query_layer(query)[:, None, :].expand(-1, keys.shape[1], -1)
        e = self.score_layer((q + self.key_layer(keys)).tanh())[..., 0]
        e = torch.where(mask, e, torch.full_like(e, -1e9))
        alpha = F.softmax(e, dim=-1)
        return torch.bmm(alpha.unsqueeze(1), keys).squeeze(1), alpha


# %% alternative: attention | the softmax by hand, over what is not hidden
replace(
    "weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1)",
    """
    largest = scores.amax(dim=1, keepdim=True).detach()
    raised = torch.exp(scores - largest) * mask
    weights = raised / raised.sum(dim=1, keepdim=True)
    """,
)
replace('torch.einsum("mt,mth->mh", weights, keys)', "(weights.unsqueeze(2) * keys).sum(dim=1)")


# %% mistake: decoder | the new state asks
# hint: which state is the query, the one before this step or the one after?
replace(
    """
    context, weights = attend(state, keys, mask)
    state = cell(torch.cat([embedded, context], dim=1), state)
    """,
    """
    context, weights = attend(state, keys, mask)
    state = cell(torch.cat([embedded, context], dim=1), state)
    context, weights = attend(state, keys, mask)
    """,
)


# %% mistake: decoder | the embedding asks
# hint: with what does the decoder look back, its state or the previous word?
replace(
    "attend(state, keys, mask)",
    "attend(embedded[:, :1].expand_as(state), keys, mask)",
)


# %% mistake: decoder | context before embedding
# hint: in which order do the two stand in the formula of s_t?
replace("torch.cat([embedded, context], dim=1)", "torch.cat([context, embedded], dim=1)")


# %% mistake: decoder | logits of the old state
# hint: which state gives the logits, the one before this step or the one after?
replace(
    """
    state = cell(torch.cat([embedded, context], dim=1), state)
    return output(torch.cat([state, context], dim=1)), state, weights
    """,
    """
    new = cell(torch.cat([embedded, context], dim=1), state)
    return output(torch.cat([state, context], dim=1)), new, weights
    """,
)


# %% mistake: decoder | context before state
# hint: in which order do the two stand in the formula of z_t?
replace("torch.cat([state, context], dim=1)", "torch.cat([context, state], dim=1)")


# %% mistake: decoder | the old state is returned
# hint: which state does the next step need?
replace(
    """
    state = cell(torch.cat([embedded, context], dim=1), state)
    return output(torch.cat([state, context], dim=1)), state, weights
    """,
    """
    new = cell(torch.cat([embedded, context], dim=1), state)
    return output(torch.cat([new, context], dim=1)), state, weights
    """,
)


# %% mistake: decoder | no mask
# hint: what does attend get in the place of the mask?
replace("attend(state, keys, mask)", "attend(state, keys, torch.ones_like(mask))")


# %% alternative: decoder | torch.hstack
replace(
    "cell(torch.cat([embedded, context], dim=1), state)",
    "cell(torch.hstack((embedded, context)), state)",
)
replace("torch.cat([state, context], dim=1)", "torch.hstack((state, context))")


# %% alternative: decoder | other names, keyword-free
def decoder_step(attend, cell, output, embedded, state, keys, mask):
    looked = attend(state, keys, mask)
    c, alpha = looked[0], looked[1]
    s = cell(torch.concat((embedded, c), -1), state)
    z = output(torch.concat((s, c), -1))
    return z, s, alpha


# %% mistake: search | greedy goes on behind EOS
# hint: what stands behind EOS in your sequence?
replace(
    """
        if word == EOS:
            break
    """,
    "",
)


# %% mistake: search | greedy returns BOS, too
# hint: with which word does your sequence begin? BOS was given, not said
replace("return list(prefix[1:])", "return list(prefix)")


# %% mistake: search | greedy stops one word early
# hint: how many words do you return where nothing ends?
replace("while len(prefix) <= max_length:", "while len(prefix) < max_length:")


# %% mistake: search | greedy sees only the last word
# hint: what does step get from you? the model needs the whole prefix
replace("int(np.argmax(step(prefix)))", "int(np.argmax(step(prefix[-1:])))")


# %% mistake: search | stops when the first has finished
# hint: how many must have finished before the search may stop?
replace("if len(finished) >= size:", "if len(finished) >= 1:")


# %% mistake: search | finished ones take up places, and the beam shrinks
# hint: how many beginnings live on after one has finished? first filter, then cut
replace(
    "live = [c for c in candidates if c[1][-1] != EOS][:size]",
    "live = [c for c in candidates[:size] if c[1][-1] != EOS]",
)


# %% mistake: search | every end is finished, however improbable
# hint: which of the candidates that end are put aside? first cut, then filter
replace(
    "[c for c in candidates[:size] if c[1][-1] == EOS]",
    "[c for c in candidates if c[1][-1] == EOS]",
)


# %% mistake: search | finished ones go on
# hint: can anything stand behind EOS in your sequences?
replace("live = [c for c in candidates if c[1][-1] != EOS][:size]", "live = candidates[:size]")


# %% mistake: search | probabilities are added
# hint: the probability of a sequence is a product: what are you adding up?
replace("total + float(log_probability)", "total + math.exp(log_probability)")


# %% mistake: search | the score of the last word alone
# hint: is your score that of the whole sequence, or of its last word?
replace("total + float(log_probability)", "float(log_probability)")


# %% mistake: search | each beginning keeps its own best extension
# hint: are all candidates ranked together, or each beginning's for itself?
replace(
    """
        for total, prefix in live:
            for word, log_probability in enumerate(step(prefix)):
                candidates.append((total + float(log_probability), (*prefix, word)))
    """,
    """
        for total, prefix in live:
            scores = step(prefix)
            for word in np.argsort(scores)[::-1][: size if len(live) == 1 else 1]:
                candidates.append((total + float(scores[word]), (*prefix, int(word))))
    """,
)


# %% mistake: search | the length counts BOS
# hint: what is L of [4, 2]? BOS is not counted
replace("(len(prefix) - 1) ** length_power", "len(prefix) ** length_power")


# %% mistake: search | the length does not count EOS
# hint: what is L of [4, 2]? EOS is counted
replace("(len(prefix) - 1) ** length_power", "max(1, len(prefix) - 2) ** length_power")


# %% mistake: search | sorted before the power of the length
# hint: is your list sorted by the scores that it shows?
replace(
    "return sorted(scored, key=lambda pair: -pair[1])",
    "return [pair for _, pair in sorted(zip([-t for t, _ in finished or live], scored, strict=True), key=lambda pair: pair[0])]",
)


# %% mistake: search | multiplied by the power of the length
# hint: should a longer sequence be helped or punished? compare with the formula
replace("total / (len(prefix) - 1) ** length_power", "total * (len(prefix) - 1) ** length_power")


# %% mistake: search | nothing where nothing has finished
# hint: what do you return with max_length=1, where no sequence has ended?
replace("finished or live", "finished")


# %% mistake: search | the living are returned beside the finished
# hint: which sequences do you return where some have finished?
replace("finished or live", "finished + live")


# %% mistake: search | only the best is returned
# hint: how many sequences do you return?
replace(
    "return sorted(scored, key=lambda pair: -pair[1])",
    "return sorted(scored, key=lambda pair: -pair[1])[:1]",
)


# %% mistake: search | the worst first
# hint: is the first of your sequences the most probable one?
replace("key=lambda pair: -pair[1]", "key=lambda pair: pair[1]")


# %% mistake: search | at most `size` sequences are returned
# hint: three have finished with size=2: how many do you return?
replace(
    "return sorted(scored, key=lambda pair: -pair[1])",
    "return sorted(scored, key=lambda pair: -pair[1])[:size]",
)


# %% mistake: search | improbable candidates are left out
# hint: is every candidate ranked, however improbable it is?
replace(
    "candidates.sort(key=lambda candidate: -candidate[0])",
    "candidates = sorted((c for c in candidates if c[0] > -3.0), key=lambda c: -c[0])",
)


# %% alternative: search | NumPy arrays, a heap of candidates
def greedy(step, max_length):
    words = []
    while len(words) < max_length and (not words or words[-1] != EOS):
        words.append(int(np.asarray(step((BOS, *words))).argmax()))
    return words


def beam_search(step, size, max_length, length_power=0.0):
    import heapq

    live, done = {(BOS,): 0.0}, {}
    for _ in range(max_length):
        grown = {}
        for prefix, total in live.items():
            for word, value in enumerate(np.asarray(step(prefix)).tolist()):
                grown[prefix + (word,)] = total + value
        best = heapq.nlargest(size, grown, key=grown.get)
        done.update({p: grown[p] for p in best if p[-1] == EOS})
        going = heapq.nlargest(size, (p for p in grown if p[-1] != EOS), key=grown.get)
        live = {p: grown[p] for p in going}
        if len(done) >= size:
            break
    result = done if done else live
    pairs = [(list(p)[1:], s / len(p[1:]) ** length_power) for p, s in result.items()]
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)


# %% alternative: search | one sorted list for each step, by index
def greedy(step, max_length):
    prefix = [BOS]
    for _ in range(max_length):
        scores = list(step(tuple(prefix)))
        prefix.append(scores.index(max(scores)))
        if prefix[-1] == EOS:
            return prefix[1:]
    return prefix[1:]


def beam_search(step, size, max_length, length_power=0.0):
    prefixes, totals, finished = [(BOS,)], np.zeros(1), []
    for length in range(1, max_length + 1):
        table = totals[:, None] + np.array([step(p) for p in prefixes])
        order = np.argsort(-table, axis=None)
        rows, words = np.unravel_index(order, table.shape)
        ranked = [(table[r, w], prefixes[r] + (int(w),)) for r, w in zip(rows, words)]
        finished += [item for item in ranked[:size] if item[1][-1] == EOS]
        going = [item for item in ranked if item[1][-1] != EOS][:size]
        totals = np.array([score for score, _ in going])
        prefixes = [prefix for _, prefix in going]
        if len(finished) >= size:
            break
    if not finished:
        finished = list(zip(totals, prefixes))
    found = [(list(p[1:]), float(s) / (len(p) - 1) ** length_power) for s, p in finished]
    found.sort(key=lambda pair: pair[1])
    return found[::-1]


# %% mistake: bleu | no clipping
# hint: `the the the` against `the cat`: how many of yours are right?
replace("(said & allowed).total()", "sum(count for gram, count in said.items() if gram in allowed)")


# %% mistake: bleu | the references' counts are added up
# hint: two references with `the` once each: how often is `the` right at most?
replace("allowed |= ngrams(reference)", "allowed += ngrams(reference)")


# %% mistake: bleu | only the first reference counts
# hint: do your counts change with a second reference?
replace("for reference in references:", "for reference in references[:1]:")


# %% mistake: bleu | every n-gram counts once
# hint: how many bigrams has `a b a b`? three, and not two
replace(
    "Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))",
    "Counter({tuple(words[i : i + n]) for i in range(len(words) - n + 1)})",
)


# %% mistake: bleu | the last n-gram is lost
# hint: how many bigrams do four words have?
replace("range(len(words) - n + 1)", "range(len(words) - n)")


# %% mistake: bleu | precisions of zero are left out of the mean
# hint: what is BLEU without a single right bigram? read the last sentence on it
replace(
    """
        if right == 0:
            return 0.0
        mean += math.log(right / total) / max_n
    """,
    """
        mean += math.log(right / total) / max_n if right else 0.0
    """,
)


# %% mistake: bleu | the penalty turned round
# hint: who is punished by yours: who says too little, or too much?
replace("1 - r / c", "1 - c / r")


# %% mistake: bleu | short translations are rewarded
# hint: can your BLEU be above 1?
replace("min(0.0, 1 - r / c)", "abs(min(0.0, 1 - r / c))")


# %% mistake: bleu | no penalty
# hint: a perfect beginning of six words out of eight: what is its BLEU?
replace("min(0.0, 1 - r / c) + mean", "mean")


# %% mistake: bleu | a penalty for long ones, too
# hint: what is B where the translation is longer than the reference?
replace("min(0.0, 1 - r / c)", "-abs(1 - r / c)")


# %% mistake: bleu | the shortest reference counts
# hint: which reference's length is compared, the shortest or the closest?
replace(
    "min((abs(len(x) - len(said)), len(x)) for x in allowed)[1]", "min(len(x) for x in allowed)"
)


# %% mistake: bleu | the difference is added in the place of the length
# hint: what does r add up: lengths of references, or distances?
replace("for x in allowed)[1]", "for x in allowed)[0]")


# %% mistake: bleu | of two close lengths the longer
# hint: references of 2 and 6 words for a translation of 4: which length counts?
replace(
    "(abs(len(x) - len(said)), len(x)) for x in allowed)[1]",
    "(abs(len(x) - len(said)), -len(x)) for x in allowed)[1] * -1",
)


# %% mistake: bleu | of two close lengths the first
# hint: give the references in another order: does BLEU stay the same?
replace(
    "min((abs(len(x) - len(said)), len(x)) for x in allowed)[1]",
    "len(min(allowed, key=lambda x: abs(len(x) - len(said))))",
)


# %% mistake: bleu | what has no n-gram is left out of the mean
# hint: what is BLEU if no translation is long enough for an n-gram?
replace(
    "if right == 0:",
    """
    if total == 0:
        continue
    if right == 0:
    """,
)


# %% mistake: bleu | divides by no n-grams
# hint: try a translation of two words with max_n=4: by what do you divide?
replace("if right == 0:", "if right == 0 and total > 0:")


# %% mistake: bleu | the arithmetic mean
# hint: precisions of 1 and 1/4: which mean does the formula take?
replace("mean += math.log(right / total) / max_n", "mean += right / total / max_n")
replace("math.exp(min(0.0, 1 - r / c) + mean)", "math.exp(min(0.0, 1 - r / c)) * mean")


# %% mistake: bleu | the product without the root
# hint: precisions of 3/4 and 2/3 give the square root of 1/2: what do you get?
replace("math.log(right / total) / max_n", "math.log(right / total)")


# %% mistake: bleu | the mean of the sentences' BLEU
# hint: counts are added over the corpus before anything is divided
def clipped_counts(hypothesis, references, n):
    def ngrams(words):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    said, allowed = ngrams(hypothesis), Counter()
    for reference in references:
        allowed |= ngrams(reference)
    return (said & allowed).total(), said.total()


def corpus_bleu(hypotheses, references, max_n=4):
    scores = []
    for hypothesis, allowed in zip(hypotheses, references, strict=True):
        counts = [clipped_counts(hypothesis, allowed, n) for n in range(1, max_n + 1)]
        if min(right for right, _ in counts) == 0:
            scores.append(0.0)
            continue
        c = len(hypothesis)
        r = min((abs(len(words) - c), len(words)) for words in allowed)[1]
        mean = sum(math.log(right / total) for right, total in counts) / max_n
        scores.append(math.exp(min(0.0, 1 - r / c) + mean))
    return sum(scores) / len(scores)


# %% mistake: bleu | a long translation makes up for no short one: lengths are cut sentence by sentence
# hint: lengths are added over the corpus before they are compared
replace(
    "c = sum(len(hypothesis) for hypothesis in hypotheses)",
    "c = sum(min(len(said), max(len(x) for x in allowed)) for said, allowed in pairs)",
)


# %% mistake: bleu | extra references are ignored
# hint: what do you do where there are more translations than lists of references?
replace("strict=True", "strict=False")


# %% alternative: bleu | lists that are counted
def clipped_counts(hypothesis, references, n):
    grams = [
        tuple(hypothesis[i : i + n]) for i in range(len(hypothesis)) if i + n <= len(hypothesis)
    ]
    right = 0
    for gram in dict.fromkeys(grams):
        most = 0
        for reference in references:
            most = max(
                most, sum(tuple(reference[i : i + n]) == gram for i in range(len(reference)))
            )
        right += min(grams.count(gram), most)
    return right, len(grams)


def corpus_bleu(hypotheses, references, max_n=4):
    c = sum(len(h) for h in hypotheses)
    r = sum(
        min((len(x) for x in refs), key=lambda length: (abs(length - len(h)), length))
        for h, refs in zip(hypotheses, references, strict=True)
    )
    product = 1.0
    for n in range(1, max_n + 1):
        counts = np.array([clipped_counts(h, refs, n) for h, refs in zip(hypotheses, references)])
        right, total = counts.sum(axis=0)
        if right == 0:
            return 0.0
        product *= (right / total) ** (1 / max_n)
    return float(product if c > r else product * np.exp(1 - r / c))


# %% alternative: bleu | NumPy's geometric mean
replace(
    """
        mean += math.log(right / total) / max_n
    """,
    """
        mean += np.log(right) - np.log(total)
    """,
)
replace(
    "return math.exp(min(0.0, 1 - r / c) + mean)",
    "return float(np.exp(mean / max_n)) * min(1.0, math.exp(1 - r / c))",
)


# %% equivalent: bleu | the ratio of two means over the sentences is that of the two sums
right, total = np.mean([clipped_counts(*pair, n) for pair in pairs], axis=0)


# %% mistake: quiz | question 1
# hint: write a batch down: does a row of dU stand in `negatives` twice?
replace('answer_1 = "b"', 'answer_1 = "a"')


# %% mistake: quiz | question 2
# hint: what does the last column of a padded batch hold for a short review?
replace('answer_2 = "c"', 'answer_2 = "a"')


# %% mistake: quiz | question 3
# hint: how hard is it to say PAD at a place where PAD always stands?
replace('answer_3 = "a"', 'answer_3 = "c"')


# %% mistake: quiz | question 4
# hint: what are log p and L of each? divide by L where the exponent says so
replace('answer_4 = "d"', 'answer_4 = "b"')


# %% mistake: quiz | question 5
# hint: what are c and r of the whole corpus, and what does clipping leave?
replace('answer_5 = "b"', 'answer_5 = "c"')
