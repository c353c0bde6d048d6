"""Wrong and unusual right answers of week 8, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: shapes | padding is counted on one side only
# hint: how many zeros does p add to a row in all? try 28, 3, stride 2 and padding 1
replace("n + 2 * padding", "n + padding")


# %% mistake: shapes | dilation widens the kernel by one place too many
# hint: a kernel of 3 with dilation 2 touches places 0, 2, 4: how many does it span?
replace("dilation * (k - 1) - 1", "dilation * k")


# %% mistake: shapes | dilation is ignored in the output size
# hint: does your output size change with dilation? draw a kernel of 3 with dilation 3
replace("dilation * (k - 1) - 1", "k")


# %% mistake: shapes | rounded up, as Caffe did for pooling
# hint: is there room for a whole window at the end of your row, or for a part of one?
replace("spare // stride + 1", "-(-spare // stride) + 1")


# %% mistake: shapes | a kernel that does not fit gives zero or less
# hint: what do you return for a kernel of 6 in a row of 5, and what does the docstring say?
replace(
    """
    if spare < 0:
        raise ValueError(f"a kernel of {k} with dilation {dilation} does not fit into {n}")
    """,
    "",
)


# %% mistake: shapes | the odd zero comes first
# hint: for 28, 3 and stride 2 there is a single zero: on which side does Keras put it?
replace("return total // 2, total - total // 2", "return total - total // 2, total // 2")


# %% mistake: shapes | 'same' by the kernel alone, whatever the stride
# hint: try 28, 3 with stride 2 and with stride 1: is the number of zeros the same in the text?
replace("n_out = -(-n // stride)", "n_out, stride = n, 1")


# %% mistake: shapes | 'same' for half a kernel on each side, rounded down
# hint: how many zeros do you add for a kernel of 4? the text wants three in all
replace(
    "return total // 2, total - total // 2",
    "return dilation * (k - 1) // 2, dilation * (k - 1) // 2",
)


# %% mistake: shapes | a negative number of zeros
# hint: a kernel of 1 with stride 3 needs no zeros: what is your P?
replace(
    "max(0, (n_out - 1) * stride + dilation * (k - 1) + 1 - n)",
    "(n_out - 1) * stride + dilation * (k - 1) + 1 - n",
)


# %% mistake: shapes | the own stride widens the own neighbours
# hint: which step applies to the neighbours that a layer adds: that before or after its stride?
replace(
    """
    field += dilation * (k - 1) * step
    step *= stride
    """,
    """
    step *= stride
    field += dilation * (k - 1) * step
    """,
)


# %% mistake: shapes | dilation is ignored in the receptive field
# hint: how far apart are the two neighbours that a kernel of 3 with dilation 4 adds?
replace("field += dilation * (k - 1) * step", "field += (k - 1) * step")


# %% mistake: shapes | kernels of one pixel are skipped, with their stride
# hint: a layer with a kernel of 1 adds no neighbours: does it move the outputs apart?
replace(
    """
    field += dilation * (k - 1) * step
    """,
    """
    if k == 1:
        continue
    field += dilation * (k - 1) * step
    """,
)


# %% mistake: shapes | strides are added
# hint: two layers of stride 3, one after the other: how far apart are neighbouring outputs?
replace("step *= stride", "step += stride - 1")


# %% mistake: shapes | rounded towards zero, and refused only below one
# hint: a kernel of 3 in a row of 2, with stride 2: what is int(-0.5), and what is the floor?
replace(
    """
    if spare < 0:
        raise ValueError(f"a kernel of {k} with dilation {dilation} does not fit into {n}")
    return spare // stride + 1
    """,
    """
    places = int(spare / stride) + 1
    if places < 1:
        raise ValueError(f"a kernel of {k} with dilation {dilation} does not fit into {n}")
    return places
    """,
)


# %% mistake: shapes | the step is forgotten in dilated layers
# hint: behind a pooling, how many inputs are the neighbours of a dilated kernel apart?
replace(
    "field += dilation * (k - 1) * step",
    "field += (k - 1) * (step if dilation == 1 else dilation)",
)


# %% alternative: shapes | places are counted, zeros are added one by one
def output_size(n, k, stride=1, padding=0, dilation=1):
    reach = dilation * (k - 1)
    places = len(range(0, n + 2 * padding - reach, stride))
    if places < 1:
        raise ValueError("does not fit")
    return places


def same_padding(n, k, stride=1, dilation=1):
    before = after = 0
    while (n + before + after - dilation * (k - 1) - 1) // stride + 1 < (n + stride - 1) // stride:
        if before < after:
            before += 1
        else:
            after += 1
    return before, after


def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        field, step = field + step * dilation * (k - 1), step * stride
    return field, step


# %% alternative: shapes | from the output back to the input, and NumPy's rounding
def output_size(n, k, stride=1, padding=0, dilation=1):
    span = dilation * (k - 1) + 1
    if span > n + 2 * padding:
        raise ValueError("does not fit")
    return int(np.floor((n + 2 * padding - span) / stride)) + 1


def same_padding(n, k, stride=1, dilation=1):
    span = dilation * (k - 1) + 1
    total = max(span - (n % stride or stride), 0)
    return total // 2, (total + 1) // 2


def receptive_field(layers):
    field = 1
    step = int(np.prod([stride for _, stride, _ in layers]))
    for k, stride, dilation in reversed(layers):
        field = (field - 1) * stride + dilation * (k - 1) + 1
    return field, step


# %% mistake: conv_forward | the kernel is turned round
# hint: a convolution here is a cross-correlation: which weight belongs to the first pixel?
replace("K[:, :, u, v]", "K[:, :, k_h - 1 - u, k_w - 1 - v]")


# %% mistake: conv_forward | the bias is added once for each channel
# hint: give your function one channel and then two: how often does b come in?
replace("+ b[:, None, None]", "+ K.shape[1] * b[:, None, None]")


# %% mistake: conv_forward | the bias is added at each place of the kernel
# hint: how often is b added to one output? count in your loop
replace("np.zeros((m, f, h_out, w_out)) + b[:, None, None]", "np.zeros((m, f, h_out, w_out))")
replace("K[:, :, u, v])", "K[:, :, u, v]) + b[:, None, None]")


# %% mistake: conv_forward | the bias is forgotten
# hint: what does your convolution return for a kernel of zeros?
replace(" + b[:, None, None]", "")


# %% mistake: conv_forward | rows and columns of the output are swapped
# hint: use a picture that is not square: which size of the output belongs to its rows?
replace("np.zeros((m, f, h_out, w_out))", "np.zeros((m, f, w_out, h_out))")
replace(
    'Z += np.einsum("mcyx,fc->mfyx", padded[:, :, rows, columns], K[:, :, u, v])',
    'Z += np.einsum("mcyx,fc->mfxy", padded[:, :, rows, columns], K[:, :, u, v])',
)


# %% mistake: conv_forward | the stride is forgotten where windows begin
# hint: where does the second window begin with a stride of 2, and where does yours?
replace(
    "slice(dilation * u, dilation * u + stride * h_out, stride)",
    "slice(dilation * u, dilation * u + h_out)",
)
replace(
    "slice(dilation * v, dilation * v + stride * w_out, stride)",
    "slice(dilation * v, dilation * v + w_out)",
)


# %% mistake: conv_forward | dilation is forgotten where pixels are taken
# hint: with dilation 2, which pixels does a kernel of 3 look at, and which does yours?
replace(
    "slice(dilation * u, dilation * u + stride * h_out, stride)",
    "slice(u, u + stride * h_out, stride)",
)
replace(
    "slice(dilation * v, dilation * v + stride * w_out, stride)",
    "slice(v, v + stride * w_out, stride)",
)


# %% mistake: conv_forward | only the first channel is looked at
# hint: change a pixel of the second channel: does your output change?
replace(
    '"mcyx,fc->mfyx", padded[:, :, rows, columns], K[:, :, u, v]',
    '"mcyx,fc->mfyx", padded[:, :1, rows, columns], K[:, :1, u, v]',
)


# %% mistake: conv_forward | every filter has the weights of the first
# hint: make the second filter ten times the first: what does its output do?
replace(
    '"mcyx,fc->mfyx", padded[:, :, rows, columns], K[:, :, u, v]',
    '"mcyx,fc->mfyx", padded[:, :, rows, columns], K[:1, :, u, v] + 0 * K[:, :, u, v]',
)


# %% mistake: conv_forward | padding goes to the right and below only
# hint: with padding 1, what is the first row of the padded picture?
replace("(padding, padding), (padding, padding)", "(0, 2 * padding), (0, 2 * padding)")


# %% mistake: conv_forward | the border is repeated instead of filled with zeros
# hint: print your padded picture: what stands in its frame?
replace("(padding, padding)))", '(padding, padding)), mode="edge")')


# %% mistake: conv_forward | the input is changed
# hint: what do K and X hold after the call?
replace(
    "Z = np.zeros((m, f, h_out, w_out)) + b[:, None, None]",
    """
    K *= 1.5
    Z = np.zeros((m, f, h_out, w_out)) + b[:, None, None]
    """,
)


# %% mistake: conv_forward | the bias lies along the columns
# hint: to which axis of (m, f, h, w) does NumPy add an array of shape (f,)?
replace("+ b[:, None, None]", "+ b")


# %% mistake: conv_forward | the kernel is taken for a square
# hint: over how many columns does your loop go for a kernel of 2 x 3?
replace("for v in range(k_w):", "for v in range(k_h):")


# %% mistake: conv_forward | only the first image is looked at
# hint: give two images to your function: does the second have an output of its own?
replace("padded[:, :, rows, columns]", "padded[:1, :, rows, columns]")


# %% mistake: conv_forward | sizes of its own, and no error where the kernel does not fit
# hint: what do you return for a kernel of 4 rows on 3 rows, and what does the docstring say?
replace(
    """
    h_out = output_size(h, k_h, stride, padding, dilation)
    w_out = output_size(w, k_w, stride, padding, dilation)
    """,
    """
    h_out = max(0, (h + 2 * padding - dilation * (k_h - 1) - 1) // stride + 1)
    w_out = max(0, (w + 2 * padding - dilation * (k_w - 1) - 1) // stride + 1)
    """,
)


# %% mistake: conv_forward | a transposed kernel for each filter
# hint: use a kernel that is not square: which of its axes belongs to the rows?
def conv_forward(X, K, b, stride=1, padding=0, dilation=1):
    m, _, h, w = X.shape
    f, _, k_h, k_w = K.shape
    h_out = output_size(h, k_h, stride, padding, dilation)
    w_out = output_size(w, k_w, stride, padding, dilation)
    side = max(k_h, k_w)
    square = np.zeros((*K.shape[:2], side, side))
    square[:, :, :k_h, :k_w] = K
    square = square.transpose(0, 1, 3, 2)
    extra = dilation * side
    padded = np.pad(X, ((0, 0), (0, 0), (padding, padding + extra), (padding, padding + extra)))
    Z = np.zeros((m, f, h_out, w_out)) + b[:, None, None]
    for u in range(side):
        for v in range(side):
            rows = slice(dilation * u, dilation * u + stride * h_out, stride)
            columns = slice(dilation * v, dilation * v + stride * w_out, stride)
            Z += np.einsum("mcyx,fc->mfyx", padded[:, :, rows, columns], square[:, :, u, v])
    return Z


# %% alternative: conv_forward | a loop over the outputs
def conv_forward(X, K, b, stride=1, padding=0, dilation=1):
    frame = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    padded = np.pad(X, frame)
    k_h, k_w = K.shape[2:]
    h_out = output_size(X.shape[2], k_h, stride, padding, dilation)
    w_out = output_size(X.shape[3], k_w, stride, padding, dilation)
    Z = np.empty((len(X), len(K), h_out, w_out))
    for y in range(h_out):
        for x in range(w_out):
            window = padded[:, :, stride * y :: dilation, stride * x :: dilation][:, :, :k_h, :k_w]
            Z[:, :, y, x] = np.tensordot(window, K, axes=([1, 2, 3], [1, 2, 3])) + b
    return Z


# %% alternative: conv_forward | columns of windows and one matrix product, sizes of its own
def conv_forward(X, K, b, stride=1, padding=0, dilation=1):
    f, c, k_h, k_w = K.shape
    padded = np.pad(X, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    span = (dilation * (k_h - 1) + 1, dilation * (k_w - 1) + 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, span, axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride, ::dilation, ::dilation]
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, c * k_h * k_w)
    Z = columns @ K.reshape(f, -1).T + b
    return Z.reshape(len(X), *windows.shape[2:4], f).transpose(0, 3, 1, 2)


# %% mistake: conv_backward | dX has the shape of dZ
# hint: use a stride of 2, or no padding: which shape must dX have?
replace(
    "dX = dpadded[:, :, padding : padding + h, padding : padding + w]",
    "dX = dpadded[:, :, padding : padding + h_out, padding : padding + w_out]",
)


# %% mistake: conv_backward | shares of several windows replace one another
# hint: a pixel below two windows gets two shares: what do you do with the first?
replace("dpadded[:, :, rows, columns] +=", "dpadded[:, :, rows, columns] =")


# %% mistake: conv_backward | the frame is cut off by negative indices
# hint: what is array[0:-0]? try your function with padding 0
replace(
    "dpadded[:, :, padding : padding + h, padding : padding + w]",
    "dpadded[:, :, padding:-padding, padding:-padding]",
)


# %% mistake: conv_backward | the size of dX is computed from dZ
# hint: try 16 rows, a kernel of 7, stride 3, padding 2: which rows did no window reach?
replace(
    "dX = dpadded[:, :, padding : padding + h, padding : padding + w]",
    """
    h = stride * (h_out - 1) + dilation * (K.shape[2] - 1) + 1 - 2 * padding
    w = stride * (w_out - 1) + dilation * (K.shape[3] - 1) + 1 - 2 * padding
    dX = dpadded[:, :, padding : padding + h, padding : padding + w]
    """,
)


# %% mistake: conv_backward | the stride is forgotten on the way back
# hint: the windows of the forward pass were a stride apart: where do yours begin?
replace(
    "slice(dilation * u, dilation * u + stride * h_out, stride)",
    "slice(dilation * u, dilation * u + h_out)",
)
replace(
    "slice(dilation * v, dilation * v + stride * w_out, stride)",
    "slice(dilation * v, dilation * v + w_out)",
)


# %% mistake: conv_backward | dilation is forgotten on the way back
# hint: which pixels did a dilated kernel look at? the same must get their shares back
replace(
    "slice(dilation * u, dilation * u + stride * h_out, stride)",
    "slice(u, u + stride * h_out, stride)",
)
replace(
    "slice(dilation * v, dilation * v + stride * w_out, stride)",
    "slice(v, v + stride * w_out, stride)",
)


# %% mistake: conv_backward | the kernel is turned round for dX
# hint: an output gives back to a pixel the weight with which it saw that pixel: do you?
replace("dZ, K[:, :, u, v]", "dZ, K[:, :, -1 - u, -1 - v]")


# %% mistake: conv_backward | dK is a mean over the batch
# hint: two equal images with equal dZ: is dK twice that of one image?
replace(
    'np.einsum("mfyx,mcyx->fc", dZ, padded[:, :, rows, columns])',
    'np.einsum("mfyx,mcyx->fc", dZ, padded[:, :, rows, columns]) / len(X)',
)


# %% mistake: conv_backward | the stride is forgotten for dK
# hint: beside which pixels did a weight stand in the forward pass, with stride 2?
replace(
    'np.einsum("mfyx,mcyx->fc", dZ, padded[:, :, rows, columns])',
    """
    np.einsum(
        "mfyx,mcyx->fc",
        dZ,
        padded[:, :, dilation * u : dilation * u + h_out, dilation * v : dilation * v + w_out],
    )
    """,
)


# %% mistake: conv_backward | db is a mean over the batch
# hint: two equal images with equal dZ: is db twice that of one image?
replace("dZ.sum(axis=(0, 2, 3))", "dZ.mean(axis=0).sum(axis=(1, 2))")


# %% mistake: conv_backward | dK of the last image only
# hint: does your dK depend on all images of the batch?
replace(
    '"mfyx,mcyx->fc", dZ, padded[:, :, rows, columns]',
    '"mfyx,mcyx->fc", dZ[-1:], padded[-1:, :, rows, columns]',
)


# %% mistake: conv_backward | the images without their frame for dK
# hint: with padding, which picture did the kernel see: X or the padded one?
replace(
    "dpadded, dK = np.zeros_like(padded), np.zeros_like(K)",
    """
    dpadded, dK = np.zeros_like(padded), np.zeros_like(K)
    padded = np.pad(X, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
    """,
)


# %% mistake: conv_backward | db sums over columns and rows, but not over the batch
# hint: which axes of dZ does a bias not have?
replace("dZ.sum(axis=(0, 2, 3))", "dZ[0].sum(axis=(1, 2))")


# %% mistake: conv_backward | db is a mean over the places
# hint: how many outputs does a bias occur in, and do you add them up?
replace("dZ.sum(axis=(0, 2, 3))", "dZ.sum(axis=0).mean(axis=(1, 2))")


# %% mistake: conv_backward | every channel gets the gradient of the first
# hint: let the channels of K differ: do those of your dX?
replace(
    'dpadded[:, :, rows, columns] += np.einsum("mfyx,fc->mcyx", dZ, K[:, :, u, v])',
    'dpadded[:, :, rows, columns] += np.einsum("mfyx,fc->mcyx", dZ, K[:, :1, u, v])',
)


# %% mistake: conv_backward | the order of the results is another one
# hint: in which order does the docstring name the three results?
replace("return dX, dK, dZ.sum(axis=(0, 2, 3))", "return dK, dX, dZ.sum(axis=(0, 2, 3))")


# %% equivalent: conv_backward | every weight of dK is assigned in the loops, whatever stood there
dpadded, dK = (np.zeros_like(padded), np.ones_like(K))


# %% alternative: conv_backward | a loop over the outputs
def conv_backward(dZ, X, K, stride=1, padding=0, dilation=1):
    frame = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    padded = np.pad(X, frame)
    dpadded, dK = np.zeros(padded.shape), np.zeros(K.shape)
    k_h, k_w = K.shape[2:]
    for y, x in np.ndindex(dZ.shape[2:]):
        rows = stride * y + dilation * np.arange(k_h)
        columns = stride * x + dilation * np.arange(k_w)
        part = np.ix_(range(len(X)), range(X.shape[1]), rows, columns)
        dpadded[part] += np.tensordot(dZ[:, :, y, x], K, axes=1)
        dK += np.tensordot(dZ[:, :, y, x].T, padded[part], axes=1)
    below, right = padded.shape[2] - padding, padded.shape[3] - padding
    return dpadded[:, :, padding:below, padding:right], dK, np.einsum("mfyx->f", dZ)


# %% alternative: conv_backward | columns of windows, and each share put back by its index
def conv_backward(dZ, X, K, stride=1, padding=0, dilation=1):
    m, c, h, w = X.shape
    f, _, k_h, k_w = K.shape
    padded = np.pad(X, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    span = (dilation * (k_h - 1) + 1, dilation * (k_w - 1) + 1)
    numbers = np.arange(padded.size).reshape(padded.shape)

    def windows(array):
        view = np.lib.stride_tricks.sliding_window_view(array, span, axis=(2, 3))
        return view[:, :, ::stride, ::stride, ::dilation, ::dilation]

    dK = np.einsum("mfyx,mcyxuv->fcuv", dZ, windows(padded))
    shares = np.einsum("mfyx,fcuv->mcyxuv", dZ, K)
    dpadded = np.bincount(windows(numbers).ravel(), shares.ravel(), padded.size)
    dpadded = dpadded.reshape(padded.shape)
    return dpadded[:, :, padding : padding + h, padding : padding + w], dK, dZ.sum((0, 2, 3))


# %% mistake: pooling | the stride is always the size of the window
# hint: with stride 1 and a window of 2 x 3, how many windows are there in the worked example?
replace(
    """
    windows = np.lib.stride_tricks.sliding_window_view(X, size, axis=(2, 3))
    return windows[:, :, ::stride, ::stride].max(axis=(4, 5))
    """,
    """
    windows = np.lib.stride_tricks.sliding_window_view(X, size, axis=(2, 3))
    return windows[:, :, :: size[0], :: size[1]].max(axis=(4, 5))
    """,
)


# %% mistake: pooling | rows and columns of the window are swapped
# hint: a window of (2, 3): how many rows does it have, and how many has yours?
replace(
    """
    windows = np.lib.stride_tricks.sliding_window_view(X, size, axis=(2, 3))
    return windows[:, :, ::stride, ::stride].mean(axis=(4, 5))
    """,
    """
    windows = np.lib.stride_tricks.sliding_window_view(X, size[::-1], axis=(2, 3))
    return windows[:, :, ::stride, ::stride].mean(axis=(4, 5))
    """,
)


# %% mistake: pooling | a maximum is never below zero
# hint: what does your max_pool return where all pixels are negative?
replace(
    "windows[:, :, ::stride, ::stride].max(axis=(4, 5))",
    "windows[:, :, ::stride, ::stride].max(axis=(4, 5)).clip(min=0)",
)


# %% mistake: pooling | the maximum is taken over the channels, too
# hint: pooling works on each channel by itself: does your result differ between channels?
replace(
    "windows[:, :, ::stride, ::stride].max(axis=(4, 5))",
    "windows[:, :, ::stride, ::stride].max(axis=(1, 4, 5))[:, None] + np.zeros((X.shape[1], 1, 1))",
)


# %% mistake: pooling | the largest pixel of the last window wins
# hint: one peak below three windows: how much does it get? add, do not assign
replace("dX[:, :, rows, columns] += share", "dX[:, :, rows, columns] = share")


# %% mistake: pooling | every pixel that ties gets the whole gradient
# hint: four pixels tie for the largest: what is the sum of what you give them?
replace("largest / largest.sum(axis=(2, 3), keepdims=True)", "largest")


# %% mistake: pooling | a maximum shares with all pixels
# hint: what does a small change of a pixel do to the maximum, if it is not the largest?
replace(
    "largest / largest.sum(axis=(2, 3), keepdims=True)", "np.ones(window.shape) / window[0, 0].size"
)


# %% mistake: pooling | the largest of the whole channel
# hint: compare within the window: the channel's largest pixel is in few of them
replace(
    "window == window.max(axis=(2, 3), keepdims=True)",
    "window == X.max(axis=(2, 3), keepdims=True)",
)
replace("largest / largest.sum(axis=(2, 3), keepdims=True)", "largest")


# %% mistake: pooling | the stride is forgotten in the backward pass of the maximum
# hint: where does the second window begin? give your function a stride of 2
replace("rows = slice(stride * y, stride * y + size[0])", "rows = slice(y, y + size[0])")
replace("columns = slice(stride * x, stride * x + size[1])", "columns = slice(x, x + size[1])")


# %% mistake: pooling | the stride is forgotten in the backward pass of the average
# hint: where does the second window begin? give your function a stride of 3
replace("rows = slice(stride * y, stride * y + k_h)", "rows = slice(y, y + k_h)")
replace("columns = slice(stride * x, stride * x + k_w)", "columns = slice(x, x + k_w)")


# %% mistake: pooling | a window that does not fit gives an empty result
# hint: what do you return for a window of 3 rows on 2 rows? the text wants an error
replace(
    """
    windows = np.lib.stride_tricks.sliding_window_view(X, size, axis=(2, 3))
    return windows[:, :, ::stride, ::stride].max(axis=(4, 5))
    """,
    """
    h_out, w_out = (max(0, (n - k) // stride + 1) for n, k in zip(X.shape[2:], size, strict=True))
    A = np.empty((*X.shape[:2], h_out, w_out))
    for y, x in np.ndindex(h_out, w_out):
        window = X[:, :, stride * y : stride * y + size[0], stride * x : stride * x + size[1]]
        A[:, :, y, x] = window.max(axis=(2, 3))
    return A
    """,
)


# %% mistake: pooling | the average divides by the number of rows
# hint: how many pixels has a window of 2 x 3, and by what do you divide?
replace("/ (k_h * k_w)", "/ k_h")


# %% mistake: pooling | the average is not divided
# hint: what is the sum of all your shares of one dA?
replace("[:, :, None, None] / (k_h * k_w)", "[:, :, None, None]")


# %% mistake: pooling | shares of overlapping windows of the average replace one another
# hint: pixels below two windows get a share of each: compare with the worked example
replace(
    "dX[:, :, rows, columns] += dA[:, :, y, x][:, :, None, None] / (k_h * k_w)",
    "dX[:, :, rows, columns] = dA[:, :, y, x][:, :, None, None] / (k_h * k_w)",
)


# %% mistake: pooling | the upstream gradient is forgotten
# hint: multiply dA by ten: does your dX grow?
replace("share * dA[:, :, y, x][:, :, None, None]", "share")


# %% alternative: pooling | loops over the outputs, and the first of several largest
def max_pool(X, size, stride):
    h_out, w_out = (output_size(n, k, stride) for n, k in zip(X.shape[2:], size, strict=True))
    A = np.empty((*X.shape[:2], h_out, w_out))
    for y, x in np.ndindex(h_out, w_out):
        window = X[:, :, stride * y : stride * y + size[0], stride * x : stride * x + size[1]]
        A[:, :, y, x] = window.max(axis=(2, 3))
    return A


def average_pool(X, size, stride):
    h_out, w_out = (output_size(n, k, stride) for n, k in zip(X.shape[2:], size, strict=True))
    A = np.zeros((*X.shape[:2], h_out, w_out))
    for u, v in np.ndindex(*size):
        A += X[:, :, u : u + stride * h_out : stride, v : v + stride * w_out : stride]
    return A / (size[0] * size[1])


def max_pool_backward(dA, X, size, stride):
    dX = np.zeros(X.shape)
    for i, c, y, x in np.ndindex(dA.shape):
        top, left = stride * y, stride * x
        window = X[i, c, top : top + size[0], left : left + size[1]]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dX[i, c, top + u, left + v] += dA[i, c, y, x]
    return dX


def average_pool_backward(dA, X, size, stride):
    dX = np.zeros(X.shape)
    h_out, w_out = dA.shape[2:]
    for u, v in np.ndindex(*size):
        dX[:, :, u : u + stride * h_out : stride, v : v + stride * w_out : stride] += dA
    return dX / np.prod(size)


# %% alternative: pooling | the last of several largest
replace(
    "share = largest / largest.sum(axis=(2, 3), keepdims=True)",
    """
    flat = largest.reshape(*largest.shape[:2], -1)
    later = np.cumsum(flat[:, :, ::-1], axis=2)[:, :, ::-1]
    share = (flat & (later == 1)).reshape(largest.shape)
    """,
)


# %% mistake: blocks | no padding
# hint: which size has your block's output at stride 1? it should be that of the image
replace("k, stride, padding=k // 2, bias=False", "k, stride, bias=False")


# %% mistake: blocks | padding for a kernel of 3, whatever the kernel
# hint: how much padding keeps the size for a kernel of 5?
replace("padding=k // 2", "padding=1")


# %% mistake: blocks | a bias before batch norm
# hint: count the parameters of your ConvBlock(3, 8): which of them does batch norm undo?
replace("padding=k // 2, bias=False", "padding=k // 2")


# %% mistake: blocks | ReLU before batch norm
# hint: can the output of your block be below zero? which of the three comes last?
replace("F.relu(self.norm(self.conv(X)))", "self.norm(F.relu(self.conv(X)))")


# %% mistake: blocks | no batch norm is used
# hint: does your ConvBlock's output change when its batch norm's bias does?
replace("F.relu(self.norm(self.conv(X)))", "F.relu(self.conv(X))")


# %% mistake: blocks | the stride of the convolution block is forgotten
# hint: which size has the output with stride 2?
replace("k, stride, padding=k // 2", "k, padding=k // 2")


# %% mistake: blocks | ReLU before the sum
# hint: may the branch take something away from X? where does the last ReLU stand?
replace(
    "F.relu(self.norm2(self.conv2(A)) + self.shortcut(X))",
    "F.relu(self.norm2(self.conv2(A))) + self.shortcut(X)",
)


# %% mistake: blocks | ReLU before the sum and after it
# hint: how many ReLUs are on the way of the branch behind the second batch norm?
replace(
    "F.relu(self.norm2(self.conv2(A)) + self.shortcut(X))",
    "F.relu(F.relu(self.norm2(self.conv2(A))) + self.shortcut(X))",
)


# %% mistake: blocks | no ReLU after the sum
# hint: can the output of your residual block be below zero?
replace(
    "F.relu(self.norm2(self.conv2(A)) + self.shortcut(X))",
    "self.norm2(self.conv2(A)) + self.shortcut(X)",
)


# %% mistake: blocks | no shortcut
# hint: set the second convolution to zero: what should still come out?
replace("F.relu(self.norm2(self.conv2(A)) + self.shortcut(X))", "F.relu(self.norm2(self.conv2(A)))")


# %% mistake: blocks | the shortcut has no stride
# hint: with stride 2 the branch is half as large: is your shortcut?
replace("nn.Conv2d(c_in, c_out, 1, stride, bias=False)", "nn.Conv2d(c_in, c_out, 1, bias=False)")


# %% mistake: blocks | no batch norm on the shortcut
# hint: which two layers has a shortcut whose shapes do not agree?
replace("nn.Sequential(around, nn.BatchNorm2d(c_out))", "nn.Sequential(around)")


# %% mistake: blocks | every shortcut has weights
# hint: in ResidualBlock(8, 8), what is the shortcut? count its parameters
replace("if stride != 1 or c_in != c_out:", "if True:")


# %% mistake: blocks | a shortcut with weights only where the channels change
# hint: what is the shape of the shortcut of ResidualBlock(4, 4, stride=2)?
replace("if stride != 1 or c_in != c_out:", "if c_in != c_out:")


# %% mistake: blocks | both convolutions have the stride
# hint: by how much does your block with stride 2 shrink the picture?
replace(
    "self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)",
    "self.conv2 = nn.Conv2d(c_out, c_out, 3, stride, padding=1, bias=False)",
)


# %% mistake: blocks | the second convolution has the stride, not the first
# hint: which of the two convolutions carries the stride in the text?
replace(
    "self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False)",
    "self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)",
)
replace(
    "self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)",
    "self.conv2 = nn.Conv2d(c_out, c_out, 3, stride, padding=1, bias=False)",
)


# %% mistake: blocks | the batch norm has another name
# hint: which attributes does the docstring of ConvBlock list?
replace("self.norm = nn.BatchNorm2d(c_out)", "self.bn = nn.BatchNorm2d(c_out)")
replace("self.norm(self.conv(X))", "self.bn(self.conv(X))")


# %% mistake: blocks | ReLU overwrites what the shortcut needs
# hint: what does X hold after the call? look for what works in place
replace(
    "A = F.relu(self.norm1(self.conv1(X)))",
    """
    A = F.relu(self.norm1(self.conv1(X)))
    X.relu_()
    """,
)


# %% mistake: blocks | one batch norm for both convolutions
# hint: which batch norm stands behind conv2 in the formula?
replace("self.norm2(self.conv2(A))", "self.norm1(self.conv2(A))")


# %% mistake: blocks | no ReLU between the convolutions
# hint: what is between the first batch norm and the second convolution in the formula?
replace("A = F.relu(self.norm1(self.conv1(X)))", "A = self.norm1(self.conv1(X))")


# %% alternative: blocks | layers as modules, the shortcut an identity
class ConvBlock(nn.Module):
    def __init__(self, c_in, c_out, k=3, stride=1):
        super().__init__()
        around = (k - 1) // 2
        self.conv = nn.Conv2d(
            c_in, c_out, kernel_size=(k, k), stride=(stride, stride), padding=around, bias=False
        )
        self.norm = nn.BatchNorm2d(num_features=c_out)
        self.activation = nn.ReLU()

    def forward(self, X):
        return self.activation(self.norm(self.conv(X)))


class ResidualBlock(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding="same", bias=False)
        self.norm2 = nn.BatchNorm2d(c_out)
        if stride == 1 and c_in == c_out:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out)
            )

    def forward(self, X):
        branch = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(X)))))
        return torch.relu(self.shortcut(X) + branch)


# %% alternative: blocks | ReLU in place on values that nobody else needs
replace("F.relu(self.norm(self.conv(X)))", "F.relu_(self.norm(self.conv(X)))")
replace(
    "return F.relu(self.norm2(self.conv2(A)) + self.shortcut(X))",
    """
    total = self.norm2(self.conv2(A))
    total = total + self.shortcut(X)
    return total.clamp(min=0)
    """,
)


# %% mistake: vgg | a bias in front of batch norm
# hint: which of the two convolutions of a stage has a bias? count your parameters
replace(", use_bias=False", "")


# %% mistake: vgg | no padding
# hint: how large is the picture after the first convolution of the table?
replace('keras.layers.Conv2D(f, 3, padding="same")', "keras.layers.Conv2D(f, 3)")


# %% mistake: vgg | pooling instead of a stride
# hint: which layer halves the picture in the table? does yours have weights?
replace(
    'keras.layers.Conv2D(f, 3, strides=2, padding="same", use_bias=False)',
    "keras.layers.MaxPooling2D()",
)


# %% mistake: vgg | a softmax at the end
# hint: do the outputs of each image sum to one? the text asks for logits
replace("keras.layers.Dense(classes)", 'keras.layers.Dense(classes, activation="softmax")')


# %% mistake: vgg | no activation between the two convolutions
# hint: what stands between the convolutions of a stage in the table?
replace(
    """
    keras.layers.Conv2D(f, 3, padding="same"),
    keras.layers.ReLU(),
    """,
    """
    keras.layers.Conv2D(f, 3, padding="same"),
    keras.layers.Identity(),
    """,
)


# %% mistake: vgg | the mean over all places instead of Flatten
# hint: how many inputs has your dense layer? the worked example has 784
replace("keras.layers.Flatten()", "keras.layers.GlobalAveragePooling2D()")


# %% mistake: vgg | the stride on the first convolution
# hint: which of the two convolutions of a stage has stride 2 in the table?
replace(
    'keras.layers.Conv2D(f, 3, padding="same")',
    'keras.layers.Conv2D(f, 3, strides=2, padding="same")',
)
replace(
    'keras.layers.Conv2D(f, 3, strides=2, padding="same", use_bias=False)',
    'keras.layers.Conv2D(f, 3, padding="same", use_bias=False)',
)


# %% mistake: vgg | ten classes, whatever is asked for
# hint: build a network for five classes: how many logits does it return?
replace("keras.layers.Dense(classes)", "keras.layers.Dense(10)")


# %% alternative: vgg | layers are added one by one
def build_vgg(input_shape=(28, 28, 1), widths=(8, 16), classes=10):
    net = keras.Sequential()
    net.add(keras.Input(shape=input_shape))
    for width in widths:
        net.add(keras.layers.Conv2D(width, (3, 3), padding="same"))
        net.add(keras.layers.Activation("relu"))
        net.add(keras.layers.Conv2D(width, (3, 3), strides=(2, 2), padding="same", use_bias=False))
        net.add(keras.layers.BatchNormalization())
        net.add(keras.layers.ReLU())
    net.add(keras.layers.Flatten())
    net.add(keras.layers.Dense(units=classes, activation=None))
    return net


# %% alternative: vgg | a helper for one stage
def stage(f):
    conv = keras.layers.Conv2D
    yield conv(f, 3, 1, "same")
    yield keras.layers.ReLU()
    yield conv(f, 3, 2, "same", use_bias=False)
    yield keras.layers.BatchNormalization(epsilon=1e-3)
    yield keras.layers.ReLU()


def build_vgg(input_shape=(28, 28, 1), widths=(8, 16), classes=10):
    stages = [layer for f in widths for layer in stage(f)]
    end = [keras.layers.Flatten(), keras.layers.Dense(classes)]
    return keras.Sequential([keras.Input(input_shape), *stages, *end])


# %% mistake: port | PyTorch's padding of one
# hint: on 0, 1, …, 5 with stride 2 your layer gives 1, 6, 12: on which side is Keras' zero?
replace(
    "(top, bottom), (left, right) = (same_padding(*setting) for setting in settings)",
    "top, bottom, left, right = [k // 2 for k in self.kernel_size for _ in (0, 1)]",
)


# %% mistake: port | F.pad begins with the rows
# hint: with which axis does F.pad begin? use a picture that is not square
replace("(left, right, top, bottom)", "(top, bottom, left, right)")


# %% mistake: port | the stride is not told to the padding
# hint: how many zeros does Keras add at stride 2? try an even size
replace("self.stride, self.dilation, strict=True", "(1, 1), self.dilation, strict=True")


# %% mistake: port | the dilation is not told to the padding
# hint: try a layer with dilation 2: does its output keep the size?
replace("self.stride, self.dilation, strict=True", "self.stride, (1, 1), strict=True")


# %% mistake: port | padded for a square picture
# hint: rows and columns may need different padding: is yours computed for each?
replace("zip(X.shape[2:],", "zip((X.shape[2], X.shape[2]),")


# %% mistake: port | padded for a square kernel
# hint: a kernel of 3 x 2 needs other zeros above than at the left: does yours?
replace("self.kernel_size, self.stride", "(self.kernel_size[0],) * 2, self.stride")


# %% mistake: port | the odd zero before instead of after
# hint: which side gets the odd zero in Keras? print what your layer makes of six numbers
replace("(left, right, top, bottom)", "(right, left, bottom, top)")


# %% mistake: port | rows and columns of the kernel change places
# hint: which of Keras' axes are rows and columns, and where do they stand in PyTorch?
replace("kernel.transpose(3, 2, 0, 1)", "kernel.T")


# %% mistake: port | channels and filters change places
# hint: in PyTorch's kernel, which axis comes first: filters or channels?
replace("kernel.transpose(3, 2, 0, 1)", "kernel.transpose(2, 3, 0, 1)")


# %% mistake: port | a reshape in the place of a transposition
# hint: a reshape keeps the order of the numbers: do the axes change their order?
replace(
    "kernel.transpose(3, 2, 0, 1)",
    "kernel.reshape(kernel.shape[3], kernel.shape[2], *kernel.shape[:2])",
)


# %% mistake: port | the head is only transposed
# hint: in which order does PyTorch flatten a picture with channels, and in which Keras?
replace("kernel.reshape(n_in // c, c, n).transpose(2, 1, 0).reshape(n, n_in)", "kernel.T")


# %% mistake: port | the head is put into order and not transposed
# hint: which shape has the weight of an nn.Linear?
replace("transpose(2, 1, 0).reshape(n, n_in)", "transpose(1, 0, 2).reshape(n_in, n)")


# %% mistake: port | the rows of the head are permuted the other way
# hint: check the worked example: which Keras row goes to the second place?
replace("kernel.reshape(n_in // c, c, n)", "kernel.reshape(c, n_in // c, n)")


# %% mistake: port | epsilon stays PyTorch's
# hint: what does batch norm add to the variance in each framework?
replace("target.eps = source.epsilon", "")


# %% mistake: port | moving statistics stay behind
# hint: how many arrays has a batch norm in Keras, and how many do you copy?
replace("values += [target.running_mean, target.running_var]", "")


# %% mistake: port | mean and variance change places
# hint: in which order do get_weights() and your list name mean and variance?
replace("[target.running_mean, target.running_var]", "[target.running_var, target.running_mean]")


# %% mistake: port | gamma and beta change places
# hint: which of Keras' arrays scales, and which attribute does in PyTorch?
replace(
    "channels = target.num_features",
    """
    channels = target.num_features
    values[:2] = values[1::-1]
    """,
)


# %% mistake: port | the network still trains
# hint: in which mode is the network after your port?
replace("net.eval()", "net.train()")


# %% mistake: port | the network cannot be trained any more
# hint: do the parameters of the ported network still have requires_grad?
replace("net.eval()", "net.eval().requires_grad_(False)")


# %% mistake: port | the biases are left behind
# hint: which arrays does a convolution with a bias have in Keras? do you copy all of them?
replace(
    "for value, array in zip(values, arrays, strict=False):",
    "for value, array in zip(values, arrays[: 1 if len(arrays) == 2 else 4], strict=False):",
)


# %% equivalent: port | an image has two axes, and so have the three settings of a Conv2d
settings = zip(X.shape[2:], self.kernel_size, self.stride, self.dilation, strict=False)


# %% equivalent: port | two networks of the same size and width have as many layers with weights
for source, target in zip(sources, targets, strict=False):
    ...


# %% alternative: port | by state dictionary, and the head by indices
class SameConv2d(nn.Conv2d):
    def forward(self, X):
        top, bottom = same_padding(
            X.shape[2], self.kernel_size[0], self.stride[0], self.dilation[0]
        )
        left, right = same_padding(
            X.shape[3], self.kernel_size[1], self.stride[1], self.dilation[1]
        )
        X = nn.functional.pad(X, [left, right, top, bottom])
        return F.conv2d(X, self.weight, self.bias, self.stride, 0, self.dilation)


class VGG(nn.Module):
    def __init__(self, input_shape=(28, 28, 1), widths=(8, 16), classes=10):
        super().__init__()
        h, w, c = input_shape
        stages = []
        for f in widths:
            stages += [SameConv2d(c, f, 3), nn.ReLU(), SameConv2d(f, f, 3, stride=2, bias=False)]
            stages += [nn.BatchNorm2d(f), nn.ReLU()]
            c, h, w = f, -(-h // 2), -(-w // 2)
        self.features = nn.Sequential(*stages)
        self.head = nn.Linear(c * h * w, classes)

    def forward(self, X):
        return self.head(self.features(X).flatten(1))


def torch_kernel(kernel):
    return np.moveaxis(kernel, [3, 2], [0, 1])


def torch_head(kernel, c):
    places = len(kernel) // c
    order = (np.arange(places) * c + np.arange(c)[:, None]).ravel()
    return kernel[order].T


def port(keras_model, net):
    state = net.state_dict()
    number = 0
    for layer in keras_model.layers:
        arrays = layer.get_weights()
        kind = type(layer).__name__
        if kind == "Conv2D":
            while not isinstance(net.features[number], nn.Conv2d):
                number += 1
            state[f"features.{number}.weight"] = torch.tensor(torch_kernel(arrays[0]))
            if len(arrays) > 1:
                state[f"features.{number}.bias"] = torch.tensor(arrays[1])
            number += 1
        elif kind == "BatchNormalization":
            norm = net.features[number]
            norm.eps = layer.epsilon
            names = ["weight", "bias", "running_mean", "running_var"]
            for name, array in zip(names, arrays, strict=True):
                state[f"features.{number}.{name}"] = torch.tensor(array)
        elif kind == "Dense":
            state["head.weight"] = torch.tensor(torch_head(arrays[0], norm.num_features))
            state["head.bias"] = torch.tensor(arrays[1])
    net.load_state_dict(state)
    net.eval()


# %% alternative: port | five layers a stage, as the table of exercise 6 lists them
replace(
    """
    sources = [layer for layer in keras_model.layers if layer.weights]
    targets = [part for part in net.modules() if len([*part.parameters(recurse=False)]) > 0]
    """,
    """
    sources, targets = [], []
    for start in range(0, len(keras_model.layers) - 2, 5):
        first, _, second, norm, _ = keras_model.layers[start : start + 5]
        sources += [first, second, norm]
        targets += [net.features[start], net.features[start + 2], net.features[start + 3]]
    sources.append(keras_model.layers[-1])
    targets.append(net.head)
    """,
)


# %% alternative: port | arrays in one row, the channels from the last convolution
replace("target.num_features", "len(target.running_mean)")
replace("kernel.transpose(3, 2, 0, 1)", 'np.einsum("uvcf->fcuv", kernel)')
replace(
    "kernel.reshape(n_in // c, c, n).transpose(2, 1, 0).reshape(n, n_in)",
    "np.stack([column.reshape(-1, c).T.ravel() for column in kernel.T])",
)


# %% mistake: classifier | the head is told to be flat where the mean is asked for
# hint: how many parameters has your network with head="pool"?
replace('if head == "pool":', 'if head == "mean":')


# %% mistake: classifier | any word is a head
# hint: what does build_net do with a head that is neither of the two?
replace(
    """
    if head not in ("flatten", "pool"):
        raise ValueError(f"there is no head {head!r}")
    """,
    "",
)


# %% mistake: classifier | no batch norm
# hint: which four layers has a stage? count the parameters
replace("nn.BatchNorm2d(f), nn.ReLU()", "nn.ReLU()")


# %% mistake: classifier | the mean of all channels, over the picture as it comes in
# hint: the pooling head is the last but one layer: on what does it work?
replace('if head == "pool":', 'if head == "pool" and len(widths) > 2:')


# %% mistake: classifier | a largest value instead of a mean in the head
# hint: the head "pool" takes the mean of each channel: what does yours take?
replace("nn.AdaptiveAvgPool2d(1)", "nn.AdaptiveMaxPool2d(1)")


# %% mistake: classifier | the picture is taken for a square
# hint: rows and columns are halved each by itself: try a picture that is not square
replace("c * h * w, classes", "c * h * h, classes")


# %% mistake: classifier | the number of features of one size of image
# hint: how many features has your network for images of 12 x 21?
replace("nn.Linear(c * h * w, classes)", 'nn.Linear(784 if head == "flatten" else c, classes)')


# %% mistake: classifier | gradients of all batches add up
# hint: what is in .grad at the second step, before backward()?
replace("optimiser.zero_grad()", "")


# %% mistake: classifier | plain gradient descent
# hint: which optimiser does the text name?
replace(
    "torch.optim.Adam(net.parameters(), lr=learning_rate)",
    "torch.optim.SGD(net.parameters(), lr=learning_rate)",
)


# %% mistake: classifier | evaluation mode while it trains
# hint: how many batches has your batch norm counted after training?
replace("net.train()", "net.eval()")


# %% mistake: classifier | left in training mode
# hint: in which mode is the network when train returns?
replace("net.eval()", "net.train()")


# %% mistake: classifier | the same order in every training
# hint: does another seed give another order of the examples?
replace("torch.randperm(len(X))", "torch.arange(len(X))")


# %% mistake: classifier | the seed is ignored
# hint: train twice with the same seed: are the losses the same?
replace("torch.manual_seed(seed)", "")


# %% mistake: classifier | every epoch has the same order
# hint: how often do you seed? after it, does the second epoch draw another order?
replace(
    "total = 0.0",
    """
    torch.manual_seed(seed)
    total = 0.0
    """,
)


# %% mistake: classifier | the small batch at the end is left out
# hint: 11 examples in batches of 4: how many batches has an epoch of yours?
replace(
    "torch.randperm(len(X)).split(batch_size)",
    "torch.randperm(len(X))[: len(X) // batch_size * batch_size].split(batch_size)",
)


# %% mistake: classifier | a mean of the batches' means
# hint: batches of unequal size: does each example count the same in your loss?
replace(
    "total += len(batch) * loss.item()", "total += loss.item() * len(X) / -(-len(X) // batch_size)"
)


# %% mistake: classifier | the loss of the last batch
# hint: your history is to be a mean over all examples of the epoch: what is it?
replace("total += len(batch) * loss.item()", "total = len(X) * loss.item()")


# %% mistake: classifier | tensors instead of numbers
# hint: of which type are the entries of your history?
replace("loss.item()", "loss.detach()")


# %% mistake: classifier | no step of the optimiser
# hint: do the parameters change in training? which three calls make a step?
replace("optimiser.step()", "")


# %% mistake: classifier | labels do not follow the images
# hint: when images come in a new order, in which order do labels come?
replace("y[batch]", "y[: len(batch)]")


# %% alternative: classifier | a generator of its own, and an average by AvgPool
def build_net(size=(28, 28), widths=(8, 16), head="flatten", classes=10):
    if head == "flatten":
        factor = 2 ** len(widths)
        features = widths[-1] * (size[0] // factor) * (size[1] // factor)
        end = [nn.Flatten()]
    elif head == "pool":
        features = widths[-1]
        end = [nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten()]
    else:
        raise ValueError(head)
    net = nn.Sequential()
    for c, f in zip([1, *widths], widths, strict=False):
        net.extend([nn.Conv2d(c, f, (3, 3), padding="same", bias=False), nn.BatchNorm2d(f)])
        net.extend([nn.ReLU(), nn.MaxPool2d(2, 2)])
    return net.extend([*end, nn.Linear(features, classes)])


def train(net, X, y, epochs, batch_size=64, learning_rate=5e-3, seed=0):
    source = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(net.parameters(), learning_rate)
    criterion = nn.CrossEntropyLoss(reduction="sum")
    history = []
    for _ in range(epochs):
        net.train()
        losses = []
        order = torch.randperm(len(X), generator=source)
        for begin in range(0, len(X), batch_size):
            rows = order[begin : begin + batch_size]
            total = criterion(net(X[rows]), y[rows])
            net.zero_grad()
            (total / len(rows)).backward()
            optimiser.step()
            losses.append(float(total.detach()))
        history.append(sum(losses) / len(y))
    net.eval()
    return history


# %% alternative: classifier | stages as networks of their own, gradients set to None
def build_net(size=(28, 28), widths=(8, 16), head="flatten", classes=10):
    if head not in {"flatten", "pool"}:
        raise ValueError("head")
    stages, c = [], 1
    h, w = size
    for f in widths:
        conv = nn.Conv2d(c, f, 3, 1, 1, bias=False)
        stages.append(nn.Sequential(conv, nn.BatchNorm2d(f), nn.ReLU(), nn.MaxPool2d((2, 2), 2)))
        c, h, w = f, int(h / 2), int(w / 2)
    if head == "flatten":
        return nn.Sequential(*stages, nn.Sequential(nn.Flatten(), nn.Linear(c * h * w, classes)))
    mean = nn.AdaptiveAvgPool2d(output_size=1)
    return nn.Sequential(*stages, nn.Sequential(mean, nn.Flatten(1), nn.Linear(c, classes)))


def train(net, X, y, epochs, batch_size=64, learning_rate=5e-3, seed=0):
    torch.manual_seed(seed)
    adam = torch.optim.Adam([*net.parameters()], lr=learning_rate)
    history = []
    for _ in range(epochs):
        net.train(True)
        total, seen = 0.0, 0
        for rows in torch.split(torch.randperm(X.shape[0]), batch_size):
            logits = net(X[rows])
            loss = F.nll_loss(logits.log_softmax(dim=1), y[rows])
            loss.backward()
            adam.step()
            adam.zero_grad(set_to_none=True)
            total, seen = total + loss.item() * rows.numel(), seen + rows.numel()
        history.append(total / seen)
    net.train(False)
    return history


# %% mistake: quiz | question 1: the own stride is multiplied in too early
# hint: question 1: read "Receptive field" in exercise 1 again: whose stride is already in j?
answer_1 = "c"
answer_2 = "c"
answer_3 = "a"
answer_4 = "c"
answer_5 = "c"


# %% mistake: quiz | question 2: a lucky shape is taken for an unlucky one
# hint: question 2: compute the shape of Z for each of the settings: where is it that of X?
answer_1 = "b"
answer_2 = "d"
answer_3 = "a"
answer_4 = "c"
answer_5 = "c"


# %% mistake: quiz | question 3: each weight is believed to belong to one place
# hint: question 3: at how many places is one weight of a kernel used? see the formula of dK
answer_1 = "b"
answer_2 = "c"
answer_3 = "d"
answer_4 = "c"
answer_5 = "c"


# %% mistake: quiz | question 4: features move, so logits are believed to move
# hint: question 4: what does the mean over all places know of where a feature was?
answer_1 = "b"
answer_2 = "c"
answer_3 = "a"
answer_4 = "a"
answer_5 = "c"


# %% mistake: quiz | question 5: blocks are believed to add, not to double
# hint: question 5: the branch has the variance of its input: what is the input of block 2?
answer_1 = "b"
answer_2 = "c"
answer_3 = "a"
answer_4 = "c"
answer_5 = "b"
