"""Wrong and unusual right answers of week 13, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: attention | divides by d_k, not by its root
# hint: in the worked example the first scores are 0 and log 3: which are yours?
replace("math.sqrt(Q.shape[-1])", "Q.shape[-1]")


# %% mistake: attention | no scale at all
# hint: in the worked example the first scores are 0 and log 3: which are yours?
replace(" / math.sqrt(Q.shape[-1])", "")


# %% mistake: attention | divides by the root of the number of keys
# hint: d_k is the length of a query, not the number of keys
replace("math.sqrt(Q.shape[-1])", "math.sqrt(K.shape[-2])")


# %% mistake: attention | the softmax runs over the queries
# hint: which sums are one in your weights, those of the rows or those of the columns?
replace("torch.softmax(scores, dim=-1)", "torch.softmax(scores, dim=-2)")


# %% mistake: attention | hides after the softmax
# hint: do the rows of your weights still sum to one where something is hidden?
replace(
    """
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights""",
    "weights",
)


# %% mistake: attention | the mask the other way round
# hint: True is where a position may be attended: what do you hide?
replace("scores.masked_fill(~mask,", "scores.masked_fill(mask,")
replace("weights.masked_fill(~mask,", "weights.masked_fill(mask,")


# %% mistake: attention | minus infinity, and NaN where a whole row is hidden
# hint: what is the softmax of a row in which every score is minus infinity?
replace("torch.finfo(scores.dtype).min", "-torch.inf")
replace(
    """
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)  # matters where a whole row is hidden
    """,
    "",
)


# %% mistake: attention | minus infinity is added, NaN overwritten: the gradient is NaN
# hint: the output is right: look at the gradient where a row may attend to nothing
replace(
    "scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
    "scores + torch.zeros(mask.shape, dtype=Q.dtype).masked_fill(~mask, -torch.inf)",
)


# %% mistake: attention | a fully hidden row reads the mean of all values
# hint: which weights has a query that may attend to nothing?
replace(
    """
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)  # matters where a whole row is hidden
    """,
    "",
)


# %% mistake: attention | a constant that does not fit into half precision
# hint: does your constant fit into every dtype? try half precision
replace("torch.finfo(scores.dtype).min", "-1e9")


# %% mistake: attention | a constant above some scores
# hint: what if real scores are lower than your constant?
replace("torch.finfo(scores.dtype).min", "-1e4")


# %% mistake: attention | only masks of the full shape are accepted
# hint: a mask may have fewer axes: does your way of hiding broadcast?
replace(
    "scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
    """
    scores = scores.clone()
    scores[~mask] = torch.finfo(scores.dtype).min
    """,
)


# %% mistake: attention | multiplies the scores by the mask
# hint: which weight has a score of 0? it is not what hidden keys should have
replace("scores.masked_fill(~mask, torch.finfo(scores.dtype).min)", "scores * mask")


# %% mistake: attention | returns the scores in place of the weights
# hint: do the rows of what you return second sum to one?
replace("return weights @ V, weights", "return weights @ V, scores")


# %% mistake: attention | exchanges all axes of the keys
# hint: which axes does your transpose exchange where there are batch and heads?
replace("K.transpose(-2, -1)", "K.mT if K.ndim < 3 else K.transpose(0, -1)")


# %% alternative: attention | einsum, and exponentials by hand
def attention(Q, K, V, mask=None):
    scores = torch.einsum("...td,...sd->...ts", Q, K) / Q.shape[-1] ** 0.5
    allowed = torch.ones_like(scores) if mask is None else mask.to(scores.dtype).expand_as(scores)
    lowest = torch.finfo(scores.dtype).min
    top = torch.where(allowed > 0, scores, lowest).amax(dim=-1, keepdim=True).detach()
    raised = torch.exp(torch.where(allowed > 0, scores - top, 0.0)) * allowed
    total = raised.sum(dim=-1, keepdim=True)
    weights = raised / torch.where(total > 0, total, 1.0)
    return torch.einsum("...ts,...sv->...tv", weights, V), weights


# %% alternative: attention | every key is allowed where none is, then nothing is read
def attention(Q, K, V, mask=None):
    if mask is None:
        mask = torch.ones(Q.shape[-2], K.shape[-2], dtype=torch.bool)
    some = mask.any(dim=-1, keepdim=True)
    scores = torch.matmul(Q / Q.shape[-1] ** 0.5, K.transpose(-1, -2))
    scores = torch.where(mask | ~some, scores, torch.tensor(-torch.inf, dtype=Q.dtype))
    weights = torch.softmax(scores, dim=-1) * some
    return torch.matmul(weights, V), weights


# %% alternative: attention | minus infinity by masked_fill, which stops the gradient, too
replace("torch.finfo(scores.dtype).min", "-torch.inf")


# %% mistake: masks | the diagonal is hidden, too
# hint: may a position attend to itself? what would the first one be left with?
replace("dtype=torch.bool).tril()", "dtype=torch.bool).tril(-1)")


# %% mistake: masks | the past is hidden in place of the future
# hint: row t of the mask is the query at t: which columns may it see?
replace(".tril()", ".triu()")


# %% mistake: masks | padding is hidden on the axis of the queries
# hint: padding must not be read: hide the columns of PAD, not its rows
replace("return (Y != PAD)[:, None, None, :] & past", "return (Y != PAD)[:, None, :, None] & past")


# %% mistake: masks | padding of targets is forgotten
# hint: look at the columns of PAD in the mask of a target
replace("(Y != PAD)[:, None, None, :] & past", "past.expand(len(Y), 1, -1, -1)")


# %% mistake: masks | True where a position is hidden
# hint: True is where a position may be attended
replace("(X != PAD)[:, None, None, :]", "(X == PAD)[:, None, None, :]")


# %% mistake: masks | the mask of the source has two axes
# hint: which four axes has a mask, and which of them have length 1?
replace("(X != PAD)[:, None, None, :]", "X != PAD")


# %% mistake: masks | padding or the past, where both are needed
# hint: a key must be a word and must not be in the future: both
replace("& past", "| past")


# %% mistake: masks | everything from the first PAD on is hidden
# hint: PAD is hidden wherever it stands; what of a word behind it?
replace("(Y != PAD)[:, None, None, :] & past", "((Y != PAD).cumprod(1) > 0)[:, None, None] & past")


# %% alternative: masks | positions are compared
def source_mask(X):
    return X.ne(PAD).unsqueeze(1).unsqueeze(1)


def target_mask(Y):
    t = torch.arange(Y.shape[1])
    return (t[:, None] >= t[None, :]).logical_and(Y.ne(PAD)[:, None, None])


# %% alternative: masks | numbers, made boolean at the end
def source_mask(X):
    return torch.sign(torch.abs(X)).reshape(X.shape[0], 1, 1, X.shape[1]).bool()


def target_mask(Y):
    m, T = Y.shape
    past = 1 - torch.triu(torch.ones(m, 1, T, T), diagonal=1)
    return (past * source_mask(Y)).bool()


# %% mistake: multi_head | heads are merged without moving their axis back
# hint: output of (m, h, T, d_h): which axes must be neighbours before you merge them?
replace("read.transpose(1, 2).flatten(-2)", "read.reshape(x.shape)")


# %% mistake: multi_head | split into (m, h, T, d_h) at once
# hint: are the numbers of one head at one position still together? split, then move
replace(
    "layer(z).unflatten(-1, (self.heads, -1)).transpose(1, 2)",
    "layer(z).reshape(len(z), self.heads, z.shape[1], -1)",
)


# %% mistake: multi_head | the columns of a head are interleaved
# hint: which numbers of the row (1, 2, 3, 4) belong to the first of two heads?
replace(
    "layer(z).unflatten(-1, (self.heads, -1)).transpose(1, 2)",
    "layer(z).unflatten(-1, (-1, self.heads)).transpose(2, 3).transpose(1, 2)",
)


# %% mistake: multi_head | one large head
# hint: how many sets of weights do you return for each position?
replace("unflatten(-1, (self.heads, -1))", "unflatten(-1, (1, -1))")


# %% mistake: multi_head | keys and values come from x
# hint: who asks, and who is asked? x and memory need not have the same length
replace("(self.key, memory), (self.value, memory)", "(self.key, x), (self.value, x)")


# %% mistake: multi_head | keys take the layer of the queries
# hint: give query and key layers different weights: are both used?
replace("(self.key, memory)", "(self.query, memory)")


# %% mistake: multi_head | values take the layer of the keys
# hint: in the visible test values are 2 z + 1: are yours?
replace("(self.value, memory)", "(self.key, memory)")


# %% mistake: multi_head | the last layer is forgotten
# hint: four layers: where is the fourth?
replace("self.output(read.transpose(1, 2).flatten(-2))", "read.transpose(1, 2).flatten(-2)")


# %% mistake: multi_head | the mask is not passed on
# hint: does your answer change when the mask changes?
replace("attention(Q, K, V, mask)", "attention(Q, K, V)")


# %% mistake: multi_head | layers without biases
# hint: four layers, each with a bias
replace(
    "self.value = nn.Linear(d_model, d_model)",
    "self.value = nn.Linear(d_model, d_model, bias=False)",
)


# %% mistake: multi_head | any number of heads is accepted
# hint: what does the docstring promise for 6 numbers and 4 heads?
replace(
    """
    if d_model % heads != 0:
        raise ValueError(f"{heads} heads cannot share {d_model} numbers equally.")
    """,
    "",
)


# %% mistake: multi_head | returns the mean of the heads' weights
# hint: each head has weights of its own: which shape has the docstring?
replace("flatten(-2)), weights", "flatten(-2)), weights.mean(dim=1)")


# %% mistake: multi_head | queries and memory are exchanged
# hint: who asks, and who is asked?
replace(
    "((self.query, x), (self.key, memory), (self.value, memory))",
    "((self.query, memory), (self.key, x), (self.value, x))",
)


# %% equivalent: multi_head | read has four axes: axis 2 is the last but one
return (self.output(read.transpose(1, 2).flatten(2)), weights)


# %% alternative: multi_head | one head after another
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        if d_model % heads:
            raise ValueError("heads must divide d_model")
        self.count, self.size = heads, d_model // heads
        for name in ("query", "key", "value", "output"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, x, memory, mask=None):
        Q, K, V = self.query(x), self.key(memory), self.value(memory)
        if mask is not None:
            mask = mask.expand(len(x), self.count, x.shape[1], memory.shape[1])
        reads, looks = [], []
        for j in range(self.count):
            own = slice(j * self.size, (j + 1) * self.size)
            only = None if mask is None else mask[:, j]
            read, look = attention(Q[..., own], K[..., own], V[..., own], only)
            reads.append(read)
            looks.append(look)
        return self.output(torch.cat(reads, dim=-1)), torch.stack(looks, dim=1)


# %% alternative: multi_head | view and permute
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.h, rest = heads, d_model % heads
        if rest > 0:
            raise ValueError(f"{d_model} / {heads} leaves {rest}")
        self.query, self.key, self.value, self.output = (
            nn.Linear(d_model, d_model) for _ in range(4)
        )

    def forward(self, x, memory, mask=None):
        m, T, d = x.shape
        S = memory.shape[1]
        Q = self.query(x).view(m, T, self.h, d // self.h).permute(0, 2, 1, 3)
        K = self.key(memory).view(m, S, self.h, d // self.h).permute(0, 2, 1, 3)
        V = self.value(memory).view(m, S, self.h, d // self.h).permute(0, 2, 1, 3)
        read, weights = attention(Q, K, V, mask=mask)
        return self.output(read.permute(0, 2, 1, 3).contiguous().view(m, T, d)), weights


# %% mistake: positions | the exponent counts twice
# hint: arange(0, d, 2) is 2i already
replace("10000.0 ** (-torch.arange(0, d, 2) / d)", "10000.0 ** (-2 * torch.arange(0, d, 2) / d)")


# %% mistake: positions | sines first, then all cosines
# hint: sines and cosines take turns: what is row 0?
replace(
    """
    P = torch.empty(T, d)
    P[:, 0::2], P[:, 1::2] = torch.sin(angles), torch.cos(angles)
    return P
    """,
    "return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)",
)


# %% mistake: positions | cosines come first
# hint: what is position 0, (0, 1, 0, 1) or (1, 0, 1, 0)?
replace("P[:, 0::2], P[:, 1::2] = torch.sin", "P[:, 1::2], P[:, 0::2] = torch.sin")


# %% mistake: positions | positions begin at 1
# hint: what are sine and cosine at position 0?
replace("torch.arange(T)[:, None]", "torch.arange(1, T + 1)[:, None]")


# %% mistake: positions | frequencies grow
# hint: does the second pair turn faster or slower than the first?
replace("10000.0 ** (-torch", "10000.0 ** (torch")


# %% mistake: positions | pairs of number i and number i + d/2
# hint: which numbers are a pair, 0 and 1, or 0 and d/2?
replace(
    "first, second = x[..., 0::2], x[..., 1::2]",
    "first, second = x[..., : d // 2], x[..., d // 2 :]",
)
replace(
    "turned = torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1)",
    "turned = torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)",
)
replace("return turned.flatten(-2)", "return turned")


# %% mistake: positions | turns clockwise
# hint: where goes (1, 0) by a quarter of a turn, to (0, 1) or to (0, -1)?
replace(
    "first * cos - second * sin, first * sin + second * cos",
    "first * cos + second * sin, second * cos - first * sin",
)


# %% mistake: positions | positions are taken to be 0, 1, 2, ...
# hint: are the given positions used? they need not begin at 0
replace("positions[:, None]", "torch.arange(len(positions))[:, None]")


# %% mistake: positions | the base is always 10000
# hint: try another base
replace("base ** (-torch", "10000.0 ** (-torch")


# %% mistake: positions | no rotation: one sign is lost
# hint: does a turned vector keep its length?
replace("first * cos - second * sin,", "first * cos + second * sin,")


# %% mistake: positions | all pairs turn equally fast
# hint: compare the second pair with the worked example: does it turn slower?
replace("base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)", "torch.ones(d // 2, dtype=x.dtype)")


# %% mistake: positions | the dtype is that of the positions
# hint: which dtype has your result where positions are of a finer one than x?
replace("(positions[:, None] * frequencies).to(x.dtype)", "positions[:, None] * frequencies")


# %% mistake: positions | changes x
# hint: what does x hold after the call?
replace(
    "return turned.flatten(-2)",
    """
    with torch.no_grad():
        x.copy_(turned.flatten(-2))
    return turned.flatten(-2)
    """,
)


# %% mistake: positions | always computes in single precision
# hint: compare the dtype of your result with that of x
replace("return turned.flatten(-2)", "return turned.flatten(-2).float()")


# %% alternative: positions | complex numbers
def sinusoidal(T, d):
    i = torch.arange(d // 2)
    turns = torch.exp(1j * torch.arange(T)[:, None] * 10000 ** (-2 * i / d))
    return torch.stack([turns.imag, turns.real], dim=-1).reshape(T, d).float()


def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2))
    angles = torch.outer(positions.to(x.dtype), base ** (-2 * torch.arange(d // 2) / d).to(x.dtype))
    turned = pairs * torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(turned).reshape(x.shape)


# %% alternative: positions | a swapped copy with signs, and angles repeated
def sinusoidal(T, d):
    rows = []
    for t in range(T):
        angles = [t / 10000 ** (2 * i / d) for i in range(d // 2)]
        rows.append([f(angle) for angle in angles for f in (math.sin, math.cos)])
    return torch.tensor(rows, dtype=torch.float32)


def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    speeds = torch.tensor([base ** (-(k - k % 2) / d) for k in range(d)], dtype=torch.float64)
    angles = torch.outer(positions.double(), speeds)
    swapped = torch.empty_like(x)
    swapped[..., 0::2] = -x[..., 1::2]
    swapped[..., 1::2] = x[..., 0::2]
    return x * angles.cos().to(x.dtype) + swapped * angles.sin().to(x.dtype)


# %% mistake: layers | post-norm: the sum is normalised
# hint: what does Residual return where the branch returns 0: x, or something normalised?
replace("x + self.drop(function(self.norm(x)))", "self.norm(x + self.drop(function(x)))")


# %% mistake: layers | the normalised x is added
# hint: the branch sees the normalised x; what does the sum take?
replace(
    "return x + self.drop(function(self.norm(x)))",
    """
    x = self.norm(x)
    return x + self.drop(function(x))
    """,
)


# %% mistake: layers | the branch sees x itself
# hint: where is the norm in your Residual?
replace("function(self.norm(x))", "function(x)")


# %% mistake: layers | nothing is added
# hint: what is left of x where the branch returns 0?
replace("x + self.drop(function(self.norm(x)))", "self.drop(function(self.norm(x)))")


# %% mistake: layers | dropout in front of the branch
# hint: dropout is applied to what the branch returns
replace("self.drop(function(self.norm(x)))", "function(self.drop(self.norm(x)))")


# %% mistake: layers | dropout of the sum
# hint: can x itself be dropped in your Residual?
replace("x + self.drop(function(self.norm(x)))", "self.drop(x + function(self.norm(x)))")


# %% mistake: layers | no dropout
# hint: which probability has your dropout?
replace("nn.Dropout(dropout)", "nn.Dropout(0.0)")


# %% mistake: layers | dropout in evaluation, too
# hint: what does your Residual do after eval()?
replace("self.drop(function(self.norm(x)))", "F.dropout(function(self.norm(x)), self.drop.p)")


# %% mistake: layers | x is changed
# hint: what does x hold after the call of Residual?
replace(
    "return x + self.drop(function(self.norm(x)))",
    """
    x += self.drop(function(self.norm(x)))
    return x
    """,
)


# %% mistake: layers | both branches of the encoder share one norm
# hint: each branch has a norm of its own: how many parameters has your layer?
replace(
    """
    self.attention, self.feed_forward = attention, feed_forward
    self.first = Residual(d_model, dropout)
    self.second = Residual(d_model, dropout)
    """,
    """
    self.attention, self.feed_forward = attention, feed_forward
    self.first = Residual(d_model, dropout)
    self.second = self.first
    """,
)


# %% mistake: layers | feed-forward comes first
# hint: in which order do the branches of the encoder work?
replace(
    """
        x = self.first(x, lambda z: self.attention(z, z, mask)[0])
        return self.second(x, self.feed_forward)
    """,
    """
        x = self.first(x, self.feed_forward)
        return self.second(x, lambda z: self.attention(z, z, mask)[0])
    """,
)


# %% mistake: layers | self-attention reads x before it is normalised
# hint: in self-attention z asks z; is what you give as memory normalised?
replace("self.attention(z, z, mask)", "self.attention(z, x, mask)")


# %% mistake: layers | the mask is forgotten in the encoder
# hint: which mask does the encoder's attention get?
replace("self.attention(z, z, mask)[0]", "self.attention(z, z, None)[0]")


# %% mistake: layers | the encoder's feed-forward network is forgotten
# hint: the encoder has two branches
replace(
    """
        x = self.first(x, lambda z: self.attention(z, z, mask)[0])
        return self.second(x, self.feed_forward)
    """,
    "return self.first(x, lambda z: self.attention(z, z, mask)[0])",
)


# %% mistake: layers | cross-attention gets the target's mask
# hint: cross-attention reads the source: whose mask does it need?
replace(
    "self.cross_attention(z, memory, source_mask)", "self.cross_attention(z, memory, target_mask)"
)


# %% mistake: layers | queries and keys of cross-attention are exchanged
# hint: who asks in cross-attention, the target or the memory?
replace(
    "self.cross_attention(z, memory, source_mask)", "self.cross_attention(memory, z, source_mask)"
)


# %% mistake: layers | cross-attention reads the target
# hint: what is asked in cross-attention?
replace("self.cross_attention(z, memory, source_mask)", "self.cross_attention(z, z, target_mask)")


# %% mistake: layers | the future is not hidden in the decoder
# hint: does a change of later words change your output at earlier positions?
replace("self.self_attention(z, z, target_mask)", "self.self_attention(z, z, None)")


# %% mistake: layers | cross-attention comes first
# hint: in which order do the branches of the decoder work?
replace(
    """
        x = self.first(x, lambda z: self.self_attention(z, z, target_mask)[0])
        x = self.second(x, lambda z: self.cross_attention(z, memory, source_mask)[0])
    """,
    """
        x = self.first(x, lambda z: self.cross_attention(z, memory, source_mask)[0])
        x = self.second(x, lambda z: self.self_attention(z, z, target_mask)[0])
    """,
)


# %% mistake: layers | the memory is normalised once more
# hint: the memory is used as it is
replace(
    "self.cross_attention(z, memory, source_mask)",
    "self.cross_attention(z, self.second.norm(memory), source_mask)",
)


# %% mistake: layers | one attention for both tasks
# hint: the decoder gets two attentions: are both used?
replace(
    "self.cross_attention(z, memory, source_mask)", "self.self_attention(z, memory, source_mask)"
)


# %% alternative: layers | without Residual.forward's help, lines in a row
class Residual(nn.Module):
    def __init__(self, d_model, dropout=0.0):
        super().__init__()
        self.p = dropout
        self.norm = nn.LayerNorm((d_model,))

    def forward(self, x, function):
        branch = function(self.norm(x))
        return F.dropout(branch, self.p, self.training) + x


class EncoderLayer(nn.Module):
    def __init__(self, attention, feed_forward, d_model, dropout=0.0):
        super().__init__()
        self.attend, self.network = attention, feed_forward
        self.first, self.second = Residual(d_model, dropout), Residual(d_model, dropout)

    def forward(self, x, mask):
        def look(z):
            output, _ = self.attend(z, z, mask)
            return output

        return self.second(self.first(x, look), self.network)


class DecoderLayer(nn.Module):
    def __init__(self, self_attention, cross_attention, feed_forward, d_model, dropout=0.0):
        super().__init__()
        self.look_back, self.look_across, self.network = (
            self_attention,
            cross_attention,
            feed_forward,
        )
        self.first, self.second, self.third = (Residual(d_model, dropout) for _ in range(3))

    def forward(self, x, memory, target_mask, source_mask):
        def back(z):
            return self.look_back(z, z, target_mask)[0]

        def across(z):
            return self.look_across(z, memory, source_mask)[0]

        return self.third(self.second(self.first(x, back), across), self.network)


# %% alternative: layers | the encoder is the base of the decoder
class Residual(nn.Module):
    def __init__(self, d_model, dropout=0.0):
        super().__init__()
        self.norm, self.after = nn.LayerNorm(d_model), nn.Dropout(p=dropout)

    def forward(self, x, function):
        return torch.add(x, self.after(function(self.norm(x))))


class EncoderLayer(nn.Module):
    def __init__(self, attention, feed_forward, d_model, dropout=0.0):
        super().__init__()
        self.parts = attention, feed_forward
        for number, part in enumerate(self.parts):
            if isinstance(part, nn.Module):
                self.add_module(f"part_{number}", part)
        self.first = Residual(d_model, dropout)
        self.second = Residual(d_model, dropout)

    def forward(self, x, mask):
        attend, network = self.parts
        return self.second(self.first(x, lambda z: attend(z, z, mask)[0]), network)


class DecoderLayer(EncoderLayer):
    def __init__(self, self_attention, cross_attention, feed_forward, d_model, dropout=0.0):
        super().__init__(self_attention, feed_forward, d_model, dropout)
        self.cross = cross_attention
        self.third = Residual(d_model, dropout)

    def forward(self, x, memory, target_mask, source_mask):
        attend, network = self.parts
        x = self.first(x, lambda z: attend(z, z, target_mask)[0])
        x = self.second(x, lambda z: self.cross(z, memory, source_mask)[0])
        return self.third(x, network)


# %% mistake: recipe | epsilon is shared among the wrong words alone
# hint: the right word has its share of epsilon, too: 0.925 in the worked example
replace(
    "losses = -(1 - epsilon) * right - epsilon * log_p.mean(dim=-1)",
    """
    n = logits.shape[-1]
    wrong = log_p.sum(dim=-1) - right
    losses = -(1 - epsilon) * right - epsilon / (n - 1) * wrong
    """,
)


# %% mistake: recipe | epsilon times the sum, not the mean
# hint: every word gets epsilon / n, not epsilon
replace("log_p.mean(dim=-1)", "log_p.sum(dim=-1)")


# %% mistake: recipe | the right word keeps all of its weight
# hint: do your q sum to one?
replace("-(1 - epsilon) * right", "-right")


# %% mistake: recipe | padding counts
# hint: does your loss change with what the network says about padding?
replace("losses[mask].mean()", "losses.mean()")


# %% mistake: recipe | padding is 0 and counts in the number of positions
# hint: by how many positions do you divide?
replace("losses[mask].mean()", "(losses * mask).mean()")


# %% mistake: recipe | mean of the rows' means
# hint: every real word counts the same, not every row
replace(
    "losses[mask].mean()", "((losses * mask).sum(1) / mask.sum(1).clamp(min=1))[mask.any(1)].mean()"
)


# %% mistake: recipe | the sum, not the mean
# hint: is your loss of equal logits log n, whatever the size of the batch?
replace("losses[mask].mean()", "losses[mask].sum()")


# %% mistake: recipe | the logarithm of a softmax, which overflows
# hint: what is the logarithm of a probability that is rounded to 0?
replace("torch.log_softmax(logits, dim=-1)", "torch.log(torch.softmax(logits, dim=-1))")


# %% mistake: recipe | the schedule takes the step itself
# hint: which s belongs to step 0?
replace("s = step + 1", "s = max(step, 1)")


# %% mistake: recipe | the root of d is forgotten
# hint: the largest rate in the worked example is 1/8 times 1/10: where is your 1/8?
replace("d_model**-0.5 * min", "min")


# %% mistake: recipe | the larger of the two
# hint: which of the two lines is lower at the first step?
replace("* min(", "* max(")


# %% mistake: recipe | no fall behind the warm-up
# hint: what is the rate at s = 400 in the worked example?
replace("min(s**-0.5,", "min(steps_of_warm_up**-0.5,")


# %% mistake: recipe | always 4000 steps
# hint: try another length of the warm-up
replace("s * steps_of_warm_up**-1.5", "s * 4000**-1.5")


# %% alternative: recipe | the soft targets are written down
def smoothed_loss(logits, targets, mask, epsilon=0.1):
    n = logits.shape[-1]
    q = torch.full_like(logits, epsilon / n)
    q = q.scatter_add(-1, targets[..., None], torch.full_like(logits[..., :1], 1 - epsilon))
    log_p = logits - torch.logsumexp(logits, dim=-1, keepdim=True)
    losses = -(q * log_p).sum(dim=-1)
    return torch.where(mask, losses, 0.0).sum() / mask.sum()


def warm_up(step, d_model, steps_of_warm_up=4000):
    s, w = step + 1, steps_of_warm_up
    return (s / w if s < w else math.sqrt(w / s)) / math.sqrt(d_model * w)


# %% alternative: recipe | only real words, from the start
def smoothed_loss(logits, targets, mask, epsilon=0.1):
    z, y = logits[mask], targets[mask]
    log_p = z.log_softmax(1)
    plain = -log_p[torch.arange(len(y)), y].mean()
    return plain * (1 - epsilon) - log_p.mean() * epsilon


def warm_up(step, d_model, steps_of_warm_up=4000):
    s = float(step + 1)
    return min(s ** (-1 / 2), s * steps_of_warm_up ** (-3 / 2)) / d_model**0.5


# %% mistake: by_hand | the reverser is a copier
# hint: where does row t look, at t or at T - 1 - t?
replace("torch.eye(T).flip(0)", "torch.eye(T)")


# %% mistake: by_hand | the softmax is not sharp
# hint: which weight has the right place in your head, and which have the others?
replace("50.0 * math.sqrt(T)", "1.0")


# %% mistake: by_hand | scores do not grow with the length
# hint: a score is divided by the root of d_k: try long sequences
replace("50.0 * math.sqrt(T)", "20.0")


# %% mistake: by_hand | looks at the symbols
# hint: may the place where a row looks depend on what stands there?
replace(
    "W_k[n:] = torch.eye(T)",
    """
    W_k[n:] = torch.eye(T)
    W_k[:n, 0] = torch.arange(n)
    """,
)


# %% mistake: by_hand | shares are taken for counts
# hint: what the head reads is the share of each symbol: what is T times that?
replace("below = T * torch.ones", "below = 4 * torch.ones")


# %% mistake: by_hand | counts in place of sums of counts
# hint: c_v counts all symbols up to v, not v alone
replace("torch.ones(n, n).triu()", "torch.eye(n)")


# %% mistake: by_hand | sorts from large to small
# hint: which symbol stands first in your sorted sequence?
replace("torch.ones(n, n).triu()", "torch.ones(n, n).tril()")


# %% mistake: by_hand | the symbols below are not taken away
# hint: how many ones has a row of your output?
replace(
    "step[torch.arange(n - 1), torch.arange(1, n)] = -1.0  # what is below v - 1 is not v\n", ""
)


# %% mistake: by_hand | one step only, which grows without limit
# hint: relu(c - t) is more than 1 for small t: what must be taken away?
replace("torch.cat([step, -step])", "torch.cat([step, 0 * step])")


# %% mistake: by_hand | positions begin at 1
# hint: is "t < c" right at t = 0?
replace("-torch.arange(T)[:, None].float()", "-torch.arange(1, T + 1)[:, None].float()")


# %% equivalent: by_hand | the symbol adds one to every number of a query: the same to all scores
W_q, W_k, W_v = torch.ones(n + T, T), torch.zeros(n + T, T), torch.zeros(n + T, n)


# %% equivalent: by_hand | every key gets the same addition, which a softmax does not see
W_q, W_k, W_v = torch.zeros(n + T, T), torch.ones(n + T, T), torch.zeros(n + T, n)


# %% equivalent: by_hand | any sharpness that is large enough is right
W_q[n:] = 100.0 * math.sqrt(T) * torch.eye(T).flip(0)


# %% equivalent: by_hand | T is at least its root, so the softmax is only sharper
W_q[n:] = 50.0 * T * torch.eye(T).flip(0)


# %% equivalent: by_hand | the identity upside down is the identity from right to left
W_q[n:] = 50.0 * math.sqrt(T) * torch.eye(T).flip(1)


# %% equivalent: by_hand | keys are zero, so all scores are
W_q, W_k, W_v = torch.ones(n + T, 1), torch.zeros(n + T, 1), torch.zeros(n + T, n)


# %% equivalent: by_hand | queries are zero, so all scores are
W_q, W_k, W_v = torch.zeros(n + T, 1), torch.ones(n + T, 1), torch.zeros(n + T, n)


# %% alternative: by_hand | positions are points of a circle
def reverser(n, T):
    angle = 2 * math.pi / T * torch.arange(T)
    circle = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    size = 40.0 / (1 - math.cos(2 * math.pi / max(T, 2)))
    nothing = torch.zeros(n, 2)
    W_k = torch.cat([nothing, size * circle])
    W_q = torch.cat([nothing, circle.flip(0)])
    return W_q, W_k, torch.eye(n + T, n)


def sorter(n, T):
    W_q = W_k = torch.zeros(n + T, 3)
    W_v = torch.zeros(n + T, n)
    for symbol in range(n):
        W_v[symbol, symbol:] = float(T)  # c_v is read at once
    W_1, b_1, W_2 = torch.zeros(2 * n + T, 4 * n), torch.zeros(4 * n), torch.zeros(4 * n, n)
    places = torch.arange(T).float()
    for v in range(n):
        for k, (count, shift, sign) in enumerate(
            [(v, 0, 1), (v, 1, -1), (v - 1, 0, -1), (v - 1, 1, 1)]
        ):
            if count >= 0:
                W_1[n + T + count, 4 * v + k] = 1.0
                W_1[n : n + T, 4 * v + k] = -places
                b_1[4 * v + k] = -shift
                W_2[4 * v + k, v] = sign
    return W_q, W_k, W_v, W_1, b_1, W_2


# %% alternative: by_hand | cumulated counts, and differences with diff
def reverser(n, T):
    W = torch.zeros(2, n + T, T)
    for t in range(T):
        W[0, n + t, T - 1 - t] = 30.0 * T
        W[1, n + t, t] = 1.0
    return W[0], W[1], torch.cat([torch.eye(n), torch.zeros(T, n)])


def sorter(n, T):
    W_q, W_k = torch.zeros(n + T, 2), torch.ones(n + T, 2)
    W_v = torch.cat([torch.eye(n).cumsum(dim=1), torch.zeros(T, n)])
    counts = torch.cat([torch.zeros(n, n), torch.zeros(T, n), T * torch.eye(n)])
    counts[n : n + T] -= torch.arange(T, dtype=torch.float32).unsqueeze(1)
    last = torch.diff(torch.eye(n), dim=1, prepend=torch.zeros(n, 1))
    return (
        W_q,
        W_k,
        W_v,
        counts.repeat(1, 2),
        torch.repeat_interleave(torch.tensor([0.0, -1.0]), n),
        torch.cat([last, -last]),
    )


# %% mistake: translate | nothing stops before max_length
# hint: how many rounds do you make when all targets have their EOS?
replace(" and not finished.all()", "")


# %% mistake: translate | stops as soon as one target is finished
# hint: must all targets have their EOS, or one?
replace("not finished.all()", "not finished.any()")


# %% mistake: translate | finished targets go on
# hint: what stands behind EOS in your translations?
replace(
    """
        best = torch.where(finished, PAD, best)
    """,
    "",
)


# %% mistake: translate | the sources are read again for every word
# hint: how often do you call encode?
replace("decode(Y, memory, X)", "decode(Y, encode(X), X)")


# %% mistake: translate | the first position predicts
# hint: which position of the logits is for the next word?
replace("[:, -1].argmax", "[:, 0].argmax")


# %% mistake: translate | BOS is returned
# hint: does your translation begin with BOS?
replace("return Y[:, 1:]", "return Y")


# %% mistake: translate | one word too many
# hint: how many words do you write at most?
replace("Y.shape[1] <= max_length", "Y.shape[1] <= max_length + 1")


# %% mistake: translate | the decoder is given the last word alone
# hint: which words does decode get?
replace("decode(Y, memory, X)", "decode(Y[:, -1:], memory, X)")


# %% mistake: translate | forgets who is finished
# hint: a target that was finished two rounds ago: is it finished still?
replace("finished |= best == EOS", "finished = best == EOS")


# %% mistake: translate | begins with PAD
# hint: with which word does a target begin?
replace("BOS)", "PAD)")


# %% alternative: translate | a list of columns, and a for loop
def translate(encode, decode, X, max_length):
    memory, columns = encode(X), [torch.full((X.shape[0],), BOS)]
    alive = torch.ones(X.shape[0], dtype=torch.bool)
    for _ in range(max_length):
        logits = decode(torch.stack(columns, dim=1), memory, X)[:, -1, :]
        word = logits.max(dim=1).indices * alive
        columns.append(word)
        alive = alive & (word != EOS)
        if not alive.any():
            break
    return torch.stack(columns[1:], dim=1)


# %% alternative: translate | EOS is looked for in what is written
def translate(encode, decode, X, max_length):
    memory = encode(X)
    Y = torch.zeros(len(X), 1 + max_length, dtype=torch.int64)
    Y[:, 0] = BOS
    for t in range(1, max_length + 1):
        over = (Y[:, :t] == EOS).any(dim=1)
        if over.all():
            return Y[:, 1:t]
        word = decode(Y[:, :t].clone(), memory, X)[:, t - 1].argmax(dim=1)
        Y[~over, t] = word[~over]
    return Y[:, 1:]


# %% mistake: quiz | question 1
# hint: how many numbers has a head's query? what is the variance of its scores, undivided?
replace('answer_1 = "c"', 'answer_1 = "d"')


# %% mistake: quiz | question 2
# hint: on which ways does the word at t get to the output at t? and what does an empty row read?
replace('answer_2 = "d"', 'answer_2 = "b"')


# %% mistake: quiz | question 3
# hint: what do scores depend on when queries and keys are turned?
replace('answer_3 = "a"', 'answer_3 = "d"')


# %% mistake: quiz | question 4
# hint: count the multiplications of each part, with T = 3d
replace('answer_4 = "b"', 'answer_4 = "c"')


# %% mistake: quiz | question 5
# hint: at the lowest loss the probabilities are the smoothed targets
replace('answer_5 = "b"', 'answer_5 = "c"')
