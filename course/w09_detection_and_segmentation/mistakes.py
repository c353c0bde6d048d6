"""Wrong and unusual right answers of week 9, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: iou | the sides of the intersection are not clipped: two negative ones give an overlap
# hint: two boxes apart in x and in y: what do you get for the area of their intersection?
replace(
    "np.clip(lower_right - upper_left, 0.0, None).prod(axis=2)",
    "(lower_right - upper_left).prod(axis=2)",
)


# %% mistake: iou | clipped after the product
# hint: minus times minus is plus: what do you clip, the sides or their product?
replace(
    "np.clip(lower_right - upper_left, 0.0, None).prod(axis=2)",
    "np.clip((lower_right - upper_left).prod(axis=2), 0.0, None)",
)


# %% mistake: iou | boxes count as apart only where both sides are negative
# hint: two boxes side by side, apart in x alone: what do you get for their intersection?
replace(
    "np.clip(lower_right - upper_left, 0.0, None).prod(axis=2)",
    """np.where(
        (lower_right < upper_left).all(axis=2), 0.0, (lower_right - upper_left).prod(axis=2)
    )""",
)


# %% mistake: iou | one pixel is added to the sides of the areas
# hint: what is the IoU of a box with itself? read again what the text says of edges
def pairwise_iou(A, B):
    low = np.maximum(A[:, None, :2], B[:, :2])
    high = np.minimum(A[:, None, 2:], B[:, 2:])
    overlap = np.maximum(high - low, 0).prod(axis=2)
    area_A = (A[:, 2:] - A[:, :2] + 1).prod(axis=1)
    area_B = (B[:, 2:] - B[:, :2] + 1).prod(axis=1)
    return overlap / (area_A[:, None] + area_B - overlap)


def pairwise_giou(A, B):
    iou = pairwise_iou(A, B)
    area_A = (A[:, 2:] - A[:, :2]).prod(axis=1)
    area_B = (B[:, 2:] - B[:, :2]).prod(axis=1)
    union = (area_A[:, None] + area_B) / (1.0 + iou)
    low = np.minimum(A[:, None, :2], B[:, :2])
    high = np.maximum(A[:, None, 2:], B[:, 2:])
    hull = (high - low).prod(axis=2)
    return iou - (hull - union) / hull


# %% mistake: iou | one pixel is added everywhere, as for boxes that name their last pixel
# hint: coordinates are real numbers here: does your IoU stay when everything is scaled?
def pairwise_iou(A, B):
    low = np.maximum(A[:, None, :2], B[:, :2])
    high = np.minimum(A[:, None, 2:], B[:, 2:])
    overlap = np.maximum(high - low + 1, 0).prod(axis=2)
    area_A = (A[:, 2:] - A[:, :2] + 1).prod(axis=1)
    area_B = (B[:, 2:] - B[:, :2] + 1).prod(axis=1)
    return overlap / (area_A[:, None] + area_B - overlap)


def pairwise_giou(A, B):
    iou = pairwise_iou(A, B)
    area_A = (A[:, 2:] - A[:, :2]).prod(axis=1)
    area_B = (B[:, 2:] - B[:, :2]).prod(axis=1)
    union = (area_A[:, None] + area_B) / (1.0 + iou)
    low = np.minimum(A[:, None, :2], B[:, :2])
    high = np.maximum(A[:, None, 2:], B[:, 2:])
    hull = (high - low).prod(axis=2)
    return iou - (hull - union) / hull


# %% mistake: iou | the intersection counts twice in the union
# hint: what do you subtract from the sum of the areas? try a box with itself
replace("(area_A[:, np.newaxis] + area_B - overlap)", "(area_A[:, np.newaxis] + area_B)")


# %% mistake: iou | centre and size are expected in the place of corners
# hint: which four numbers does a box hold? compare the worked example with your sides
replace(
    "return overlap / (area_A[:, np.newaxis] + area_B - overlap)",
    """
    area_A, area_B = A[:, 2:].prod(axis=1), B[:, 2:].prod(axis=1)
    return overlap / (area_A[:, np.newaxis] + area_B - overlap)
    """,
)


# %% mistake: iou | only the widths are multiplied
# hint: how many sides has an intersection? give one box another height
replace(
    "np.clip(lower_right - upper_left, 0.0, None).prod(axis=2)",
    "np.clip(lower_right - upper_left, 0.0, None)[..., 0] ** 2",
)


# %% mistake: iou | the table is the wrong way round
# hint: which boxes belong to the rows of the table, those of A or those of B?
replace(
    "overlap / (area_A[:, np.newaxis] + area_B - overlap)",
    "(overlap / (area_A[:, np.newaxis] + area_B - overlap)).T",
)


# %% mistake: iou | the penalty of GIoU is divided by the union
# hint: compare the denominator of your penalty with the formula: which area stands there?
replace("(enclosing - union) / enclosing", "(enclosing - union) / union")


# %% mistake: iou | the smallest enclosing box is taken for the intersection
# hint: for the enclosing box, is it the smaller or the larger of the two corners?
replace("np.minimum(A[:, np.newaxis, :2], B[:, :2])", "np.maximum(A[:, np.newaxis, :2], B[:, :2])")


# %% mistake: iou | GIoU is cut off at zero
# hint: may GIoU be negative? what would it say of boxes that lie apart?
replace(
    "iou - (enclosing - union) / enclosing",
    "np.maximum(iou - (enclosing - union) / enclosing, 0.0)",
)


# %% mistake: iou | boxes of A are compared in place with those of B
# hint: A has n boxes and B another number: what is the shape of your table?
replace("np.maximum(A[:, np.newaxis, :2], B[:, :2])", "np.maximum(A[:, :2], B[:, :2])")


# %% alternative: iou | loops over all pairs
def sides_of(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


def area_of(a):
    return (a[2] - a[0]) * (a[3] - a[1])


def pairwise_iou(A, B):
    table = np.zeros((len(A), len(B)))
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            width, height = sides_of(a, b)
            if width > 0 and height > 0:
                both = width * height
                table[i, j] = both / (area_of(a) + area_of(b) - both)
    return table


def pairwise_giou(A, B):
    table = np.zeros((len(A), len(B)))
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            width, height = sides_of(a, b)
            both = width * height if width > 0 and height > 0 else 0.0
            union = area_of(a) + area_of(b) - both
            hull = (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))
            table[i, j] = both / union - 1 + union / hull
    return table


# %% alternative: iou | column by column
def pairwise_iou(A, B):
    ax1, ay1, ax2, ay2 = (side[:, None] for side in A.T)
    bx1, by1, bx2, by2 = B.T
    width = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
    height = np.minimum(ay2, by2) - np.maximum(ay1, by1)
    both = np.where((width > 0) & (height > 0), width * height, 0.0)
    return both / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both)


def pairwise_giou(A, B):
    ax1, ay1, ax2, ay2 = (side[:, None] for side in A.T)
    bx1, by1, bx2, by2 = B.T
    width = (np.minimum(ax2, bx2) - np.maximum(ax1, bx1)).clip(min=0)
    height = (np.minimum(ay2, by2) - np.maximum(ay1, by1)).clip(min=0)
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - width * height
    hull = (np.maximum(ax2, bx2) - np.minimum(ax1, bx1)) * (
        np.maximum(ay2, by2) - np.minimum(ay1, by1)
    )
    return width * height / union + union / hull - 1


# %% equivalent: iou | both sides of a box become negative, and their product stays
area_A = (A[:, :2] - A[:, 2:]).prod(axis=1)


# %% equivalent: iou | both sides of a box become negative, and their product stays
area_B = (B[:, :2] - B[:, 2:]).prod(axis=1)


# %% equivalent: iou | both sides of the enclosing box become negative, and their product stays
enclosing = (first - last).prod(axis=2)


# %% mistake: nms | classes suppress one another
# hint: a bag in front of a shirt: may one of them suppress the other?
replace("[j for j in kept if labels[j] == labels[k]]", "list(kept)")


# %% mistake: nms | every detection with a higher score suppresses, kept or not
# hint: three boxes in a chain: is the third suppressed by one that is itself gone?
replace(
    "rivals = [j for j in kept if labels[j] == labels[k]]",
    "rivals = [j for j in range(len(scores)) if scores[j] > scores[k] and labels[j] == labels[k]]",
)


# %% mistake: nms | indices into the sorted copy
# hint: does entry 0 of your result point to the best detection in the arrays as they were given?
replace(
    "return np.array(kept, dtype=np.int64)",
    """
    places = np.argsort(np.argsort(-scores))
    return np.array([places[k] for k in kept], dtype=np.int64)
    """,
)


# %% mistake: nms | the lowest score first
# hint: which detection of a heap do you keep? np.argsort sorts upwards
replace("np.argsort(-scores)", "np.argsort(scores)")


# %% mistake: nms | in the order in which detections were given
# hint: do you look at the best detection first, whatever its place?
replace("np.argsort(-scores)", "range(len(scores))")


# %% mistake: nms | the result is sorted by index
# hint: in which order does the docstring want the indices?
replace("np.array(kept, dtype=np.int64)", "np.array(sorted(kept), dtype=np.int64)")


# %% mistake: nms | what overlaps by exactly the threshold goes
# hint: an IoU equal to the threshold: above, or not above?
replace("overlaps[k, rivals] > threshold", "overlaps[k, rivals] >= threshold")


# %% mistake: nms | compared with the best detection only
# hint: with which of the kept detections do you compare? two heaps have two best ones
replace(
    "[j for j in kept if labels[j] == labels[k]]", "[j for j in kept[:1] if labels[j] == labels[k]]"
)


# %% mistake: nms | class after class instead of one list by falling score
# hint: do the scores fall from the first to the last of your result, whatever the class?
replace(
    "return np.array(kept, dtype=np.int64)",
    "return np.array(sorted(kept, key=lambda k: labels[k]), dtype=np.int64)",
)


# %% mistake: nms | a mask in the place of indices
# hint: does your result hold indices, or one truth value for each detection?
replace(
    "return np.array(kept, dtype=np.int64)",
    """
    mask = np.zeros(len(scores), dtype=bool)
    mask[kept] = True
    return mask
    """,
)


# %% alternative: nms | the list of candidates shrinks
def non_max_suppression(boxes, scores, labels, threshold):
    table = pairwise_iou(boxes, boxes)
    waiting = list(np.argsort(scores)[::-1])
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(int(best))
        waiting = [k for k in waiting if labels[k] != labels[best] or table[best, k] <= threshold]
    return np.asarray(kept, dtype=int)


# %% alternative: nms | a table of who could suppress whom
def non_max_suppression(boxes, scores, labels, threshold):
    clash = (pairwise_iou(boxes, boxes) > threshold) & (labels[:, None] == labels)
    alive = np.ones(len(scores), dtype=bool)
    order = np.argsort(-scores)
    for k in order:
        if alive[k]:
            lower = scores < scores[k]
            alive[clash[k] & lower] = False
    return np.array([k for k in order if alive[k]], dtype=np.int64)


# %% mistake: offsets | cells as column and row
# hint: which comes first in a cell, the row or the column? which of them belongs to y?
replace("corners[:, ::-1].astype(np.int64)", "corners.astype(np.int64)")


# %% mistake: offsets | the cell of the upper left corner
# hint: which point of a box decides on its cell?
replace("(boxes[:, :2] + boxes[:, 2:]) / (2 * stride)", "boxes[:, :2] / stride")


# %% mistake: offsets | the cell is not subtracted from the centre
# hint: in which range do t_x and t_y lie?
replace("centres - corners, np.log(sides)", "centres, np.log(sides)")


# %% mistake: offsets | the cell is rounded
# hint: a centre at 0.7 of a cell: in which cell does it lie? floor is not round
replace("np.floor(centres)", "np.round(centres)")


# %% mistake: offsets | no logarithm
# hint: what is t_w of a box that is as wide as the stride?
replace("np.log(sides)", "sides")
replace("np.exp(T[:, 2:])", "T[:, 2:]")


# %% mistake: offsets | sizes in pixels, not in strides
# hint: what is t_w of a box that is as wide as the stride?
replace("(boxes[:, 2:] - boxes[:, :2]) / stride", "boxes[:, 2:] - boxes[:, :2]")


# %% mistake: offsets | decode forgets the cell
# hint: decode the same offsets in two cells: do you get two boxes?
replace("(T[:, :2] + cells[:, ::-1]) * stride", "T[:, :2] * stride")


# %% mistake: offsets | decode adds the cell after it has multiplied
# hint: a cell is how many pixels wide? look at the order of your sum and your product
replace("(T[:, :2] + cells[:, ::-1]) * stride", "T[:, :2] * stride + cells[:, ::-1]")


# %% mistake: offsets | decode takes the row for x
# hint: does the row of a cell move the box to the right, or down?
replace("(T[:, :2] + cells[:, ::-1]) * stride", "(T[:, :2] + cells) * stride")


# %% mistake: offsets | the whole sides are added to the centre
# hint: how far is a corner from the centre, a whole side or half of one?
replace("np.exp(T[:, 2:]) * stride / 2", "np.exp(T[:, 2:]) * stride")


# %% mistake: offsets | corners and sides come back
# hint: what are the last two numbers of a box, its sides or its second corner?
replace("np.hstack([centres - half, centres + half])", "np.hstack([centres - half, 2 * half])")


# %% mistake: offsets | one column for two
# hint: does the second corner have an x and a y of its own? give one box a large height
replace(
    "np.hstack([centres - half, centres + half])",
    "np.hstack([centres - half, centres + half[:, [0, 0]]])",
)


# %% alternative: offsets | coordinate by coordinate
def encode(boxes, stride):
    x1, y1, x2, y2 = boxes.T
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    row, column = np.floor(y / stride), np.floor(x / stride)
    T = [
        x / stride - column,
        y / stride - row,
        np.log((x2 - x1) / stride),
        np.log((y2 - y1) / stride),
    ]
    return np.stack([row, column], axis=1).astype(int), np.stack(T, axis=1)


def decode(cells, T, stride):
    x, y = (cells[:, 1] + T[:, 0]) * stride, (cells[:, 0] + T[:, 1]) * stride
    w, h = stride * np.exp(T[:, 2]), stride * np.exp(T[:, 3])
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)


# %% alternative: offsets | box by box, and modulo
def encode(boxes, stride):
    cells, T = np.zeros((len(boxes), 2), dtype=np.int64), np.zeros((len(boxes), 4))
    for k, (left, top, right, bottom) in enumerate(boxes):
        x, y = 0.5 * (left + right), 0.5 * (top + bottom)
        cells[k] = y // stride, x // stride
        T[k] = (
            (x % stride) / stride,
            (y % stride) / stride,
            np.log(right - left) - np.log(stride),
            np.log(bottom - top) - np.log(stride),
        )
    return cells, T


def decode(cells, T, stride):
    boxes = np.zeros((len(T), 4))
    for k, ((row, column), (tx, ty, tw, th)) in enumerate(zip(cells, T, strict=True)):
        x, y = (column + tx) * stride, (row + ty) * stride
        w, h = np.exp([tw, th]) * stride
        boxes[k] = x - w / 2, y - h / 2, x + w / 2, y + h / 2
    return boxes


# %% mistake: targets | the last box of the list gets the cell
# hint: two boxes in one cell, in both orders: which one does your cell speak for?
replace("np.argsort(-T[:, 2:].sum(axis=1))", "range(len(T))")


# %% mistake: targets | the largest box gets the cell
# hint: of two boxes in one cell, the smaller one is to stay: which is written last in yours?
replace("np.argsort(-T[:, 2:].sum(axis=1))", "np.argsort(T[:, 2:].sum(axis=1))")


# %% mistake: targets | the narrower box gets the cell
# hint: is the smaller box the narrower one? it is the area that decides
replace("np.argsort(-T[:, 2:].sum(axis=1))", "np.argsort(-T[:, 2])")


# %% mistake: targets | row and column are exchanged
# hint: give the grid more columns than rows: where does your object stand?
replace("row, column = cells[k]", "column, row = cells[k]")


# %% mistake: targets | cells without a box have class 0
# hint: how does one tell a cell without a box from one with a box of class 0?
replace("np.full(shape, -1, dtype=np.int64)", "np.zeros(shape, dtype=np.int64)")


# %% mistake: targets | offsets are channels last
# hint: compare the shape of your offsets with the docstring
replace("np.zeros((4, *shape), dtype=np.float32)", "np.zeros((*shape, 4), dtype=np.float32)")
replace("offsets[:, row, column]", "offsets[row, column]")


# %% mistake: targets | objectness counts the boxes
# hint: two boxes in one cell: what is the objectness of that cell?
replace("objectness[row, column] = 1.0", "objectness[row, column] += 1.0")


# %% mistake: targets | double precision
# hint: compare the dtypes of your arrays with the docstring
replace("objectness = np.zeros(shape, dtype=np.float32)", "objectness = np.zeros(shape)")


# %% mistake: targets | the class of one box, the offsets of another
# hint: do class and offsets of a cell come from the same box?
replace(
    "classes[row, column] = labels[k]",
    """
    if classes[row, column] == -1:
        classes[row, column] = labels[k]
    """,
)


# %% alternative: targets | the smallest of each cell is looked for
def grid_targets(cells, T, labels, shape):
    objectness = np.zeros(shape, dtype=np.float32)
    classes = -np.ones(shape, dtype=int)
    offsets = np.zeros((4,) + tuple(shape), dtype=np.float32)
    area = np.exp(T[:, 2]) * np.exp(T[:, 3])
    best = {}
    for k, cell in enumerate(map(tuple, cells)):
        if cell not in best or area[k] < area[best[cell]]:
            best[cell] = k
    for (row, column), k in best.items():
        objectness[row, column], classes[row, column] = 1, labels[k]
        offsets[:, row, column] = T[k]
    return objectness, classes, offsets


# %% alternative: targets | by numbers of cells, all at once
def grid_targets(cells, T, labels, shape):
    order = np.lexsort([T[:, 2] + T[:, 3]])[::-1]
    place = (cells[order, 0], cells[order, 1])
    classes = np.full(shape, -1)
    winner = np.full(shape, -1)
    for k, row, column in zip(order, *place, strict=True):
        winner[row, column] = k
    there = winner >= 0
    classes[there] = labels[winner[there]]
    offsets = np.zeros((4, *shape), dtype=np.float32)
    offsets[:, there] = T[winner[there]].T
    return there.astype(np.float32), classes, offsets


# %% equivalent: targets | the mean of two numbers sorts as their sum does
for k in np.argsort(-T[:, 2:].mean(axis=1)):
    ...


# %% mistake: loss | the logarithm of a rounded probability
# hint: what is the logarithm of sigmoid(-200) in float32? a function takes logits itself
replace(
    'F.binary_cross_entropy_with_logits(logits, targets, reduction="none")',
    "-torch.log(torch.where(targets > 0, torch.sigmoid(logits), 1 - torch.sigmoid(logits)))",
)


# %% mistake: loss | a sigmoid before the loss that takes logits
# hint: does your loss take logits or probabilities? it may apply the sigmoid itself
replace(
    "F.binary_cross_entropy_with_logits(logits, targets",
    "F.binary_cross_entropy_with_logits(torch.sigmoid(logits), targets",
)


# %% mistake: loss | p is the probability of an object, also where there is none
# hint: where the target is 0, is p your q or one minus it?
replace("truth = torch.exp(-cost)", "truth = torch.sigmoid(logits)")


# %% mistake: loss | the hard cells fall silent
# hint: which cells should count little, those with p near 1 or those with p near 0?
replace("(1 - truth) ** gamma", "truth**gamma")


# %% mistake: loss | the weight counts as a constant
# hint: does your gradient flow through the factor in front of the logarithm as well?
replace("truth = torch.exp(-cost)", "truth = torch.exp(-cost).detach()")


# %% mistake: loss | the mean over all elements
# hint: the docstring wants the sum: does your loss change when the batch grows?
replace("((1 - truth) ** gamma * cost).sum()", "((1 - truth) ** gamma * cost).mean()")


# %% mistake: loss | gamma is always 2
# hint: does your loss change with gamma? with 0 it is cross-entropy
replace("(1 - truth) ** gamma", "(1 - truth) ** 2")


# %% mistake: loss | gamma is not handed on
# hint: does the cost of the detector change with gamma?
replace("focal_loss(outputs[:, 0], objectness, gamma)", "focal_loss(outputs[:, 0], objectness)")


# %% mistake: loss | boxes cost everywhere
# hint: which cells have a box at all? look at the gradient of the others
replace(
    'F.smooth_l1_loss(cells[:, 1:5], boxes, reduction="sum")',
    'F.smooth_l1_loss(outputs[:, 1:5], offsets, reduction="sum")',
)


# %% mistake: loss | objectness only of the responsible cells
# hint: over which cells does the first sum go?
replace(
    "focal_loss(outputs[:, 0], objectness, gamma)",
    "focal_loss(cells[:, 0], objectness[found], gamma)",
)


# %% mistake: loss | divided by all cells
# hint: what is N, the number of cells or the number of responsible ones?
replace("found.sum().clamp(min=1)", "objectness.numel()")


# %% mistake: loss | not divided at all
# hint: the same batch twice: does it cost the same?
replace("return J / found.sum().clamp(min=1)", "return J")


# %% mistake: loss | divided by the number of images
# hint: what is N, the number of images or of responsible cells in the batch?
replace("found.sum().clamp(min=1)", "len(outputs)")


# %% mistake: loss | each image is divided by its own number of objects
# hint: two images, with one object and with two: how often do you divide, and by what?
replace(
    "found = objectness > 0",
    """
    if len(outputs) > 1:
        images = zip(outputs, objectness, classes, offsets, strict=True)
        costs = [detection_loss(*(part[None] for part in image), gamma) for image in images]
        return torch.stack(costs).mean()
    found = objectness > 0
    """,
)


# %% mistake: loss | a batch without an object divides by zero
# hint: what is N in a batch without an object, and what do you divide by?
replace("found.sum().clamp(min=1)", "found.sum()")


# %% mistake: loss | the mean over the four offsets and the classes' cells
# hint: are the second and the third sum sums, or means?
replace('classes[found], reduction="sum"', "classes[found]")


# %% mistake: loss | the class logits begin one channel too early
# hint: which channels hold offsets, and which class logits? count from 0
replace("cells[:, 5:]", "cells[:, 4:]")


# %% mistake: loss | the plain absolute error
# hint: near zero, is h a square or an absolute value?
replace("F.smooth_l1_loss", "F.l1_loss")


# %% mistake: loss | half of the square everywhere
# hint: how hard does an offset that is off by 10 pull? look at h beyond 1
replace(
    'F.smooth_l1_loss(cells[:, 1:5], boxes, reduction="sum")',
    "(0.5 * (cells[:, 1:5] - boxes) ** 2).sum()",
)


# %% alternative: loss | by logsigmoid, and cells picked by their indices
def focal_loss(logits, targets, gamma=2.0):
    signed = torch.where(targets > 0.5, logits, -logits)
    return -(torch.sigmoid(-signed) ** gamma * F.logsigmoid(signed)).sum()


def detection_loss(outputs, objectness, classes, offsets, gamma=2.0):
    image, row, column = torch.nonzero(objectness, as_tuple=True)
    here = outputs[image, :, row, column]
    J = focal_loss(outputs[:, 0], objectness, gamma)
    if len(here):
        kinds = torch.log_softmax(here[:, 5:], dim=1)
        J = J - kinds[torch.arange(len(here)), classes[image, row, column]].sum()
        J = J + F.huber_loss(here[:, 1:5], offsets[image, :, row, column], reduction="sum")
    return J / max(1, len(here))


# %% alternative: loss | everything everywhere, and masks at the end
def focal_loss(logits, targets, gamma=2.0):
    q = torch.sigmoid(logits)
    p = targets * q + (1 - targets) * (1 - q)
    cost = F.softplus(logits) - targets * logits
    return torch.sum((1 - p).pow(gamma) * cost)


def detection_loss(outputs, objectness, classes, offsets, gamma=2.0):
    kinds = F.cross_entropy(outputs[:, 5:], classes.clamp(min=0), reduction="none")
    gaps = F.smooth_l1_loss(outputs[:, 1:5], offsets, reduction="none").sum(dim=1)
    total = focal_loss(outputs[:, 0], objectness, gamma) + ((kinds + gaps) * objectness).sum()
    return total / torch.clamp(objectness.sum(), min=1.0)


# %% mistake: average_precision | a truth is found again and again
# hint: two detections of one truth: how many hits are they?
replace("taken.add(best)", "")


# %% mistake: average_precision | in the order in which detections were given
# hint: of two detections of one truth, which is the hit? go by falling score
replace("for k in np.argsort(-scores):", "for k in range(len(boxes)):")


# %% mistake: average_precision | the lowest score is matched first
# hint: of two detections of one truth, which is the hit? np.argsort sorts upwards
replace("for k in np.argsort(-scores):", "for k in np.argsort(scores):")


# %% mistake: average_precision | hits in the order of the scores
# hint: to which detection does hits[0] belong, the first that was given or the best?
replace("hits[k] = True", "hits[list(np.argsort(-scores)).index(k)] = True")


# %% mistake: average_precision | any truth above the threshold, the first one counts
# hint: which truth does a detection look at? the one that it overlaps most
replace("int(overlaps[k].argmax())", "int((overlaps[k] >= threshold).argmax())")


# %% mistake: average_precision | a detection takes the best truth that is still free
# hint: a detection whose best truth is taken: does it look at another one in the text?
replace(
    "best = int(overlaps[k].argmax())",
    "best = max(range(len(truths)), key=lambda g: overlaps[k, g] if g not in taken else -1.0)",
)


# %% mistake: average_precision | an IoU of exactly the threshold is not enough
# hint: an IoU equal to the threshold: a hit, or not? read "at least" again
replace("overlaps[k, best] >= threshold", "overlaps[k, best] > threshold")


# %% mistake: average_precision | the threshold is always one half
# hint: do your hits change with the threshold?
replace("overlaps[k, best] >= threshold", "overlaps[k, best] >= 0.5")


# %% mistake: average_precision | a truth is taken also by a detection that misses it
# hint: may a detection that is no hit take a truth away from others?
replace(
    """
    if overlaps[k, best] >= threshold and best not in taken:
        hits[k] = True
        taken.add(best)
    """,
    """
    hits[k] = overlaps[k, best] >= threshold and best not in taken
    taken.add(best)
    """,
)


# %% mistake: average_precision | no sorting before the curve
# hint: give the same detections in another order: is AP the same?
replace("np.cumsum(hits[np.argsort(-scores)])", "np.cumsum(hits)")


# %% mistake: average_precision | the worst first
# hint: does the curve begin with the best detection, or with the worst?
replace("np.cumsum(hits[np.argsort(-scores)])", "np.cumsum(hits[np.argsort(scores)])")


# %% mistake: average_precision | recall counts hits in the place of truths
# hint: nobody found a third truth: how large can recall become?
replace("recall = found / n_truths", "recall = found / max(1, hits.sum())")


# %% mistake: average_precision | no envelope
# hint: does your precision rise again behind a tooth? take the envelope
replace("envelope = np.maximum.accumulate(precision[::-1])[::-1]", "envelope = precision")


# %% mistake: average_precision | the envelope looks to the left
# hint: the envelope at k: the largest precision before k, or from k on?
replace("np.maximum.accumulate(precision[::-1])[::-1]", "np.maximum.accumulate(precision)")


# %% mistake: average_precision | the mean precision
# hint: is AP a mean over detections, or an area over recall?
replace(
    "float((np.diff(recall, prepend=0.0) * envelope).sum())",
    "float(envelope.mean()) if len(hits) else 0.0",
)


# %% mistake: average_precision | the step of recall before the first hit is lost
# hint: what is recall before the first detection? count the steps
replace("(np.diff(recall, prepend=0.0) * envelope).sum()", "(np.diff(recall) * envelope[1:]).sum()")


# %% mistake: average_precision | eleven points, divided by ten
# hint: take a perfect detector: is its AP 1?
replace(
    "return float((np.diff(recall, prepend=0.0) * envelope).sum())",
    """
    points = [envelope[recall >= r].max(initial=0.0) for r in np.linspace(0, 1, 11)]
    return float(np.sum(points) / 10)
    """,
)


# %% mistake: average_precision | eleven points
# hint: the text sums over all steps of recall, not over eleven points
replace(
    "return float((np.diff(recall, prepend=0.0) * envelope).sum())",
    """
    points = [envelope[recall >= r].max(initial=0.0) for r in np.linspace(0, 1, 11)]
    return float(np.sum(points) / 11)
    """,
)


# %% mistake: average_precision | without a truth AP is 0
# hint: what does the docstring promise when there is no true box?
replace('raise ValueError("without a true box there is no recall")', "return 0.0")


# %% mistake: average_precision | detections below a score of one half do not count
# hint: does AP depend on the scores themselves, or on their order alone?
replace(
    "found = np.cumsum(hits[np.argsort(-scores)])",
    "found = np.cumsum((hits & (scores > 0.5))[np.argsort(-scores)])",
)


# %% alternative: average_precision | loops, and the envelope from the right
def match_detections(boxes, scores, truths, threshold=0.5):
    free = np.ones(len(truths), dtype=bool)
    answers = [False] * len(boxes)
    for k in sorted(range(len(boxes)), key=lambda k: -scores[k]):
        row = pairwise_iou(boxes[k : k + 1], truths)[0]
        if row.size and row.max() >= threshold:
            answers[k] = bool(free[row.argmax()])
            free[row.argmax()] = False
    return np.array(answers, dtype=bool)


def average_precision(hits, scores, n_truths):
    if n_truths <= 0:
        raise ValueError("no truth")
    ranked = [bool(hits[k]) for k in sorted(range(len(scores)), key=lambda k: -scores[k])]
    area = best = 0.0
    remaining = sum(ranked)
    for k in range(len(ranked), 0, -1):
        best = max(best, remaining / k)
        if ranked[k - 1]:
            area += best / n_truths
            remaining -= 1
    return area


# %% alternative: average_precision | the area counted at the hits alone
replace(
    "return float((np.diff(recall, prepend=0.0) * envelope).sum())",
    "return float(envelope[hits[np.argsort(-scores)]].sum() / n_truths)",
)


# %% mistake: unet | no padding
# hint: what size has the output of a 3x3 convolution without padding?
replace(
    "self.conv1 = nn.Conv2d(n_in, n_out, 3, padding=1)", "self.conv1 = nn.Conv2d(n_in, n_out, 3)"
)


# %% mistake: unet | the skip is what comes in
# hint: how many channels has the skip, those that come in or those that go out?
replace("return skip, F.max_pool2d(skip, 2)", "return X, F.max_pool2d(skip, 2)")


# %% mistake: unet | the skip is taken after the first convolution
# hint: how many convolutions does the skip go through?
replace("return skip, F.max_pool2d(skip, 2)", "return A, F.max_pool2d(skip, 2)")


# %% mistake: unet | average pooling
# hint: which of the four numbers of a window goes on?
replace("F.max_pool2d(skip, 2)", "F.avg_pool2d(skip, 2)")


# %% mistake: unet | pooling rounds up
# hint: seven rows: how many are left after your pooling, and how many in the text?
replace("F.max_pool2d(skip, 2)", "F.max_pool2d(skip, 2, ceil_mode=True)")


# %% mistake: unet | the two results are exchanged
# hint: in which order does the docstring name the two results?
replace("return skip, F.max_pool2d(skip, 2)", "return F.max_pool2d(skip, 2), skip")


# %% mistake: unet | no ReLU between the convolutions of the way down
# hint: what stands between the two convolutions?
replace("A = F.relu(self.conv1(X))", "A = self.conv1(X)")


# %% mistake: unet | no ReLU at the end of the way down
# hint: can your skip be negative?
replace("skip = F.relu(self.conv2(A))", "skip = self.conv2(A)")


# %% mistake: unet | the skip comes after
# hint: in which order are skip and U put together?
replace("torch.cat([skip, U], dim=1)", "torch.cat([U, skip], dim=1)")


# %% mistake: unet | odd sizes are not padded
# hint: seven rows become three, and then six: what is missing before you concatenate?
replace("U = F.pad(U, (0, columns, 0, rows))", "")


# %% mistake: unet | zeros at the top and at the left
# hint: at which side do the zeros come in? look at the order of F.pad's numbers
replace("(0, columns, 0, rows)", "(columns, 0, rows, 0)")


# %% mistake: unet | rows and columns of the padding are exchanged
# hint: F.pad begins with the last axis: are these the rows or the columns?
replace("(0, columns, 0, rows)", "(0, rows, 0, columns)")


# %% mistake: unet | enlarged by interpolation to the size of the skip
# hint: what fills the missing row, zeros or stretched pixels?
replace("U = F.pad(U, (0, columns, 0, rows))", "U = F.interpolate(U, size=skip.shape[2:])")


# %% mistake: unet | the skip is cut to the size of U
# hint: which size has the output, that of the skip or that of U?
replace("U = F.pad(U, (0, columns, 0, rows))", "skip = skip[:, :, : U.shape[2], : U.shape[3]]")


# %% mistake: unet | the skip is added, not concatenated
# hint: how many channels does the first convolution of the way up see?
replace("nn.Conv2d(n_skip + n_out, n_out, 3, padding=1)", "nn.Conv2d(n_out, n_out, 3, padding=1)")
replace("torch.cat([skip, U], dim=1)", "skip[:, :1] + U")


# %% mistake: unet | a ReLU behind the transposed convolution
# hint: what stands between the transposed convolution and the concatenation?
replace("U = self.up(X)", "U = F.relu(self.up(X))")


# %% mistake: unet | no ReLU between the convolutions of the way up
# hint: what does the second convolution of the way up see where the first gives -1?
replace(
    "A = F.relu(self.conv1(torch.cat([skip, U], dim=1)))",
    "A = self.conv1(torch.cat([skip, U], dim=1))",
)


# %% mistake: unet | no ReLU at the end of the way up
# hint: can the output of your UpBlock be negative?
replace("return F.relu(self.conv2(A))", "return self.conv2(A)")


# %% mistake: unet | a transposed convolution of another kernel
# hint: how large is the kernel of the transposed convolution in the text?
replace(
    "nn.ConvTranspose2d(n_in, n_out, 2, stride=2)",
    "nn.ConvTranspose2d(n_in, n_out, 4, stride=2, padding=1)",
)


# %% alternative: unet | layers from a list, and a large array of zeros
class DownBlock(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.conv1, self.conv2 = (
            nn.Conv2d(n, n_out, kernel_size=(3, 3), padding="same") for n in (n_in, n_out)
        )

    def forward(self, X):
        skip = self.conv2(self.conv1(X).relu()).relu()
        return skip, nn.MaxPool2d(2)(skip)


class UpBlock(nn.Module):
    def __init__(self, n_in, n_skip, n_out):
        super().__init__()
        self.up = nn.ConvTranspose2d(n_in, n_out, kernel_size=2, stride=2)
        self.conv1, self.conv2 = (
            nn.Conv2d(n, n_out, kernel_size=3, padding=1) for n in (n_skip + n_out, n_out)
        )

    def forward(self, X, skip):
        U = self.up(X)
        large = U.new_zeros(*U.shape[:2], *skip.shape[2:])
        large[:, :, : U.shape[2], : U.shape[3]] = U
        return self.conv2(self.conv1(torch.cat((skip, large), 1)).clamp(min=0)).clamp(min=0)


# %% alternative: unet | padded only where something is missing
replace(
    """
    rows, columns = skip.shape[2] - U.shape[2], skip.shape[3] - U.shape[3]
    U = F.pad(U, (0, columns, 0, rows))
    """,
    """
    if skip.shape[2] > U.shape[2]:
        U = torch.cat([U, torch.zeros_like(U[:, :, :1])], dim=2)
    if skip.shape[3] > U.shape[3]:
        U = torch.cat([U, torch.zeros_like(U[..., :1])], dim=3)
    """,
)


# %% mistake: segmentation | Dice on logits
# hint: do the numbers that you multiply with the truth sum to one in each pixel?
replace("torch.softmax(logits, dim=1)", "logits")


# %% mistake: segmentation | a sigmoid in the place of the softmax
# hint: do the probabilities of one pixel sum to one?
replace("torch.softmax(logits, dim=1)", "torch.sigmoid(logits)")


# %% mistake: segmentation | epsilon only below
# hint: a class that is neither there nor predicted: what is its Dice coefficient?
replace(
    "((2 * overlap + smooth) / (total + smooth)).mean()", "(2 * overlap / (total + smooth)).mean()"
)


# %% mistake: segmentation | the factor two is forgotten
# hint: a perfect prediction: is your Dice coefficient 1?
replace("2 * overlap + smooth", "overlap + smooth")


# %% mistake: segmentation | the whole batch is one image
# hint: over which axes do the sums go? each image has a coefficient of its own
replace("overlap = (P * truth).sum(dim=(2, 3))", "overlap = (P * truth).sum(dim=(0, 2, 3))")
replace(
    "P.sum(dim=(2, 3)) + truth.sum(dim=(2, 3))", "P.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))"
)


# %% mistake: segmentation | all classes are one
# hint: over which axes do the sums go? each class has a coefficient of its own
replace("overlap = (P * truth).sum(dim=(2, 3))", "overlap = (P * truth).sum(dim=(1, 2, 3))")
replace(
    "P.sum(dim=(2, 3)) + truth.sum(dim=(2, 3))", "P.sum(dim=(1, 2, 3)) + truth.sum(dim=(1, 2, 3))"
)


# %% mistake: segmentation | the sum over images and classes, not the mean
# hint: can your loss lie outside of 0 to 1?
replace(
    "1 - ((2 * overlap + smooth) / (total + smooth)).mean()",
    "(1 - (2 * overlap + smooth) / (total + smooth)).sum()",
)


# %% mistake: segmentation | the coefficient in the place of the loss
# hint: should your loss fall or rise when the prediction gets better?
replace(
    "1 - ((2 * overlap + smooth) / (total + smooth)).mean()",
    "((2 * overlap + smooth) / (total + smooth)).mean()",
)


# %% mistake: segmentation | epsilon is always 1
# hint: does your loss change with epsilon?
replace("((2 * overlap + smooth) / (total + smooth))", "((2 * overlap + 1) / (total + 1))")


# %% mistake: segmentation | the best class in the place of probabilities
# hint: does a gradient flow through argmax?
replace(
    "torch.softmax(logits, dim=1)",
    "F.one_hot(logits.argmax(dim=1), logits.shape[1]).movedim(-1, 1).to(logits.dtype)",
)


# %% mistake: segmentation | a class that appears nowhere counts as zero
# hint: a class that is neither in truth nor in prediction: does it lower your mean?
replace(
    """
    if either > 0:
        ratios.append((here & there).sum() / either)
    """,
    "ratios.append((here & there).sum() / max(1, either))",
)


# %% mistake: segmentation | a class that appears nowhere counts as one
# hint: a class that is neither in truth nor in prediction: does it raise your mean?
replace(
    """
    if either > 0:
        ratios.append((here & there).sum() / either)
    """,
    "ratios.append((here & there).sum() / either if either > 0 else 1.0)",
)


# %% mistake: segmentation | classes that nobody predicts are left out
# hint: a class of the truth that is never predicted has IoU 0: does it count?
replace("either > 0", "here.sum() > 0")


# %% mistake: segmentation | classes that are not in the truth are left out
# hint: a class that is predicted and is nowhere in the truth has IoU 0: does it count?
replace("either > 0", "there.sum() > 0")


# %% mistake: segmentation | pixels of the truth in the denominator: that is recall
# hint: does a pixel that was wrongly given a class cost that class anything?
replace("either = (here | there).sum()", "either = there.sum()")


# %% mistake: segmentation | background does not count
# hint: for how many classes is there an IoU, the background included?
replace("range(k)", "range(1, k)")


# %% mistake: segmentation | the mean over the images
# hint: are the pixels of all images counted together?
replace(
    """
    ratios = []
    for label in range(k):
        here, there = predicted == label, masks == label
        either = (here | there).sum()
        if either > 0:
            ratios.append((here & there).sum() / either)
    return float(np.mean(ratios))
    """,
    """
    means = []
    for image, mask in zip(predicted, masks, strict=True):
        ratios = []
        for label in range(k):
            here, there = image == label, mask == label
            if (here | there).any():
                ratios.append((here & there).sum() / (here | there).sum())
        means.append(np.mean(ratios))
    return float(np.mean(means))
    """,
)


# %% mistake: segmentation | pixel accuracy
# hint: does your number say anything of a class with few pixels?
replace("return float(np.mean(ratios))", "return float(np.mean(predicted == masks))")


# %% alternative: segmentation | Dice class by class, and a confusion matrix
replace(
    """
    truth = F.one_hot(masks, logits.shape[1]).movedim(-1, 1).to(logits.dtype)
    P = torch.softmax(logits, dim=1)
    overlap = (P * truth).sum(dim=(2, 3))
    total = P.sum(dim=(2, 3)) + truth.sum(dim=(2, 3))
    return 1 - ((2 * overlap + smooth) / (total + smooth)).mean()
    """,
    """
    P = torch.exp(F.log_softmax(logits, dim=1))
    scores = []
    for label in range(logits.shape[1]):
        there = masks == label
        both = (P[:, label] * there).flatten(1).sum(1)
        scores.append((2 * both + smooth) / ((P[:, label] + there).flatten(1).sum(1) + smooth))
    return 1 - torch.stack(scores).mean()
    """,
)
replace(
    """
    ratios = []
    for label in range(k):
        here, there = predicted == label, masks == label
        either = (here | there).sum()
        if either > 0:
            ratios.append((here & there).sum() / either)
    return float(np.mean(ratios))
    """,
    """
    confusion = np.bincount((k * masks + predicted).ravel(), minlength=k * k).reshape(k, k)
    right = np.diag(confusion)
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - right
    return float((right[union > 0] / union[union > 0]).mean())
    """,
)


# %% alternative: segmentation | einsum, and sets of pixels
replace(
    """
    overlap = (P * truth).sum(dim=(2, 3))
    total = P.sum(dim=(2, 3)) + truth.sum(dim=(2, 3))
    return 1 - ((2 * overlap + smooth) / (total + smooth)).mean()
    """,
    """
    overlap = torch.einsum("mkhw,mkhw->mk", P, truth)
    total = torch.einsum("mkhw->mk", P + truth)
    return torch.mean(1 - (smooth + 2 * overlap) / (smooth + total))
    """,
)
replace(
    """
    here, there = predicted == label, masks == label
    either = (here | there).sum()
    if either > 0:
        ratios.append((here & there).sum() / either)
    """,
    """
    here = set(np.flatnonzero(predicted == label).tolist())
    there = set(np.flatnonzero(masks == label).tolist())
    if here or there:
        ratios.append(len(here & there) / len(here | there))
    """,
)


# %% mistake: detector | the score is objectness alone
# hint: a cell that is sure of an object but not of its class: is its score high?
replace(
    "scores = best * np.exp(-np.logaddexp(0.0, -each[:, 0]))",
    "scores = np.exp(-np.logaddexp(0.0, -each[:, 0]))",
)


# %% mistake: detector | the score is the class probability alone
# hint: a cell without an object has a best class, too: is its score low?
replace("scores = best * np.exp(-np.logaddexp(0.0, -each[:, 0]))", "scores = best")


# %% mistake: detector | logits in the place of probabilities
# hint: can a score of yours be above 1, or below 0?
replace("scores = best * np.exp(-np.logaddexp(0.0, -each[:, 0]))", "scores = best * each[:, 0]")


# %% mistake: detector | a sigmoid of the best class logit in the place of the softmax
# hint: do the class probabilities of a cell sum to one?
replace(
    "best = powers.max(axis=1) / powers.sum(axis=1)",
    "best = np.exp(-np.logaddexp(0.0, -each[:, 5:].max(axis=1)))",
)


# %% mistake: detector | a softmax over the cells
# hint: over which axis do the class probabilities sum to one?
replace("each[:, 5:].max(axis=1, keepdims=True)", "each[:, 5:].max()")
replace("powers.max(axis=1) / powers.sum(axis=1)", "(powers / powers.sum(axis=0)).max(axis=1)")


# %% mistake: detector | cells column by column
# hint: do the list of cells and the list of their outputs have the same order?
replace(
    "np.indices(outputs.shape[1:]).reshape(2, -1).T",
    "np.indices(outputs.shape[1:]).transpose(2, 1, 0).reshape(-1, 2)[:, ::1]",
)


# %% mistake: detector | nothing is suppressed
# hint: two cells that found the same object: how many detections do you return?
replace(
    "kept = non_max_suppression(boxes, scores, labels, iou_threshold)", "kept = np.argsort(-scores)"
)


# %% mistake: detector | the thresholds are exchanged
# hint: which of the two thresholds is one of the score, and which of the overlap?
replace("scores >= score_threshold", "scores >= iou_threshold")
replace(
    "non_max_suppression(boxes, scores, labels, iou_threshold)",
    "non_max_suppression(boxes, scores, labels, score_threshold)",
)


# %% mistake: detector | boxes of the wrong cells
# hint: after you have chosen some outputs, do you decode them in the cells that they come from?
replace(
    "decode(cells[chosen], each[chosen, 1:5], stride)",
    "decode(cells[: chosen.sum()], each[chosen, 1:5], stride)",
)


# %% mistake: detector | the stride is always 8
# hint: does your box change with the stride?
replace("each[chosen, 1:5], stride)", "each[chosen, 1:5], 8)")


# %% mistake: detector | all classes are suppressed together
# hint: do you tell the suppression which class a detection has?
replace(
    "non_max_suppression(boxes, scores, labels, iou_threshold)",
    "non_max_suppression(boxes, scores, 0 * labels, iou_threshold)",
)


# %% mistake: detector | exponentials of large logits overflow
# hint: what is the exponential of 900? subtract the largest logit of each cell first
replace("np.exp(each[:, 5:] - each[:, 5:].max(axis=1, keepdims=True))", "np.exp(each[:, 5:])")


# %% mistake: detector | the sigmoid overflows
# hint: what is the exponential of 800? choose a form of the sigmoid that takes none
replace("np.exp(-np.logaddexp(0.0, -each[:, 0]))", "1 / (1 + np.exp(-each[:, 0]))")


# %% mistake: detector | labels begin with the objectness
# hint: which channel is class 0? the first class logit is channel 5
replace("labels = powers.argmax(axis=1)", "labels = each.argmax(axis=1)")


# %% alternative: detector | by PyTorch
replace(
    """
    powers = np.exp(each[:, 5:] - each[:, 5:].max(axis=1, keepdims=True))
    best = powers.max(axis=1) / powers.sum(axis=1)
    scores = best * np.exp(-np.logaddexp(0.0, -each[:, 0]))
    labels = powers.argmax(axis=1)
    """,
    """
    share, label = torch.softmax(torch.tensor(each[:, 5:]), dim=1).max(dim=1)
    scores = (share * torch.sigmoid(torch.tensor(each[:, 0]))).numpy()
    labels = label.numpy()
    """,
)


# %% alternative: detector | cell by cell
replace(
    """
    cells = np.indices(outputs.shape[1:]).reshape(2, -1).T
    each = outputs.reshape(len(outputs), -1).T
    powers = np.exp(each[:, 5:] - each[:, 5:].max(axis=1, keepdims=True))
    best = powers.max(axis=1) / powers.sum(axis=1)
    scores = best * np.exp(-np.logaddexp(0.0, -each[:, 0]))
    labels = powers.argmax(axis=1)
    chosen = scores >= score_threshold
    boxes = decode(cells[chosen], each[chosen, 1:5], stride)
    scores, labels = scores[chosen], labels[chosen]
    """,
    """
    cells, offsets, scores, labels = [], [], [], []
    for cell in np.ndindex(outputs.shape[1:]):
        one = outputs[(slice(None), *cell)]
        powers = np.exp(one[5:] - one[5:].max())
        score = powers.max() / powers.sum() * (1 + np.tanh(one[0] / 2)) / 2
        if score >= score_threshold:
            cells.append(cell)
            offsets.append(one[1:5])
            scores.append(score)
            labels.append(int(powers.argmax()))
    scores, labels = np.array(scores, dtype=float), np.array(labels, dtype=np.int64)
    boxes = decode(
        np.array(cells, dtype=np.int64).reshape(-1, 2), np.array(offsets).reshape(-1, 4), stride
    )
    """,
)


# %% equivalent: detector | scores are products of rounded exponentials: none is the threshold itself
chosen = scores > score_threshold


# %% mistake: quiz | AP does not care about copies
# hint: question 1: what does a detection count as whose truth is already taken?
replace('answer_1 = "b"', 'answer_1 = "a"')


# %% mistake: quiz | only to save time
# hint: question 2: think of three boxes in a chain
replace('answer_2 = "c"', 'answer_2 = "a"')


# %% mistake: quiz | focal loss removes cells
# hint: question 3: is the factor (1 - p) to the power of gamma ever exactly zero?
replace('answer_3 = "b"', 'answer_3 = "a"')


# %% mistake: quiz | pixel accuracy says that the tumour is found
# hint: question 4: which accuracy has somebody who answers "no tumour" everywhere?
replace('answer_4 = "d"', 'answer_4 = "a"')


# %% mistake: quiz | skips carry classes
# hint: question 5: what is lost on the way down?
replace('answer_5 = "a"', 'answer_5 = "b"')
