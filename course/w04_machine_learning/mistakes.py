"""Wrong and unusual right answers of week 4, on which its tests are tested."""

# %% mistake: logistic_regression | the logarithm of a rounded probability
# hint: what becomes of your cost for logits in the thousands? look at "Without overflow"
replace("z = X @ w + b", "p = 1 / (1 + np.exp(-(X @ w + b)))")
replace("np.mean(np.logaddexp(0, z) - y * z)", "-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))")
replace("np.exp(-np.logaddexp(0, -z))", "p")


# %% mistake: logistic_regression | clips the probability to keep the logarithm finite
# hint: no example of yours costs more than 27.7: what is the loss for z = 2000, y = 0?
replace(
    "cost = np.mean(np.logaddexp(0, z) - y * z) + l2 / 2 * (w @ w)",
    """
    p = np.clip(np.exp(-np.logaddexp(0, -z)), 1e-12, 1 - 1e-12)
    cost = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + l2 / 2 * (w @ w)
    """,
)
replace("np.exp(-np.logaddexp(0, -z)) - y", "p - y")


# %% mistake: logistic_regression | sums over the examples instead of the mean
# hint: what becomes of your cost and your gradient when every example comes twice?
replace("np.mean(np.logaddexp", "np.sum(np.logaddexp")
replace("(np.exp(-np.logaddexp(0, -z)) - y) / len(y)", "np.exp(-np.logaddexp(0, -z)) - y")


# %% mistake: logistic_regression | the bias is penalised too
# hint: does the penalty change your db? look at the last term of J
replace("w @ w", "w @ w + b**2")
replace("error.sum()", "error.sum() + l2 * b")


# %% mistake: logistic_regression | the penalty is divided by the number of examples
# hint: which terms of J have the factor 1/m, and which of yours?
replace("cost = np.mean(np.logaddexp(0, z) - y * z) + l2 / 2 * (w @ w)", "m = len(y)")
replace("(np.exp(-np.logaddexp(0, -z)) - y) / len(y)", "np.exp(-np.logaddexp(0, -z)) - y")
replace(
    "return cost, X.T @ error + l2 * w, error.sum()",
    """
    cost = np.mean(np.logaddexp(0, z) - y * z) + l2 / (2 * m) * (w @ w)
    return cost, (X.T @ error + l2 * w) / m, error.sum() / m
    """,
)


# %% mistake: logistic_regression | true minus predicted
# hint: where p is larger than y, is your error positive or negative?
replace("np.exp(-np.logaddexp(0, -z)) - y", "y - np.exp(-np.logaddexp(0, -z))")


# %% mistake: logistic_regression | the penalty is in the cost and not in the gradient
# hint: compare your dw with differences of your cost: does it know of the penalty?
replace("X.T @ error + l2 * w", "X.T @ error")


# %% mistake: logistic_regression | the bias is not trained
# hint: what is your b after one step? look at both update rules
replace("[*dw, db]", "dw")
replace(
    """
    b = b - learning_rate * db
    cost, dw, db = logistic_cost(X, y, w, b, l2)
    """,
    "cost, dw, db = logistic_cost(X, y, w, 0.0, l2)",
)
replace("w, b, costs", "w, 0.0, costs")


# %% mistake: logistic_regression | stops when the cost hardly changes, and not by the gradient
# hint: what does tol limit in the docstring, and what in your loop?
def logistic_cost(X, y, w, b, l2):
    z = X @ w + b
    error = (np.exp(-np.logaddexp(0, -z)) - y) / len(y)
    cost = np.mean(np.logaddexp(0, z) - y * z) + l2 / 2 * (w @ w)
    return cost, X.T @ error + l2 * w, error.sum()


def fit_logistic(X, y, *, l2, learning_rate, max_steps=10_000, tol=1e-6):
    w, b = np.zeros(X.shape[1]), 0.0
    costs = []
    for _ in range(max_steps + 1):
        cost, dw, db = logistic_cost(X, y, w, b, l2)
        costs.append(cost)
        if len(costs) > 1 and abs(costs[-2] - costs[-1]) <= tol:
            break
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b, costs


# %% mistake: logistic_regression | the costs lack that of the result
# hint: how many costs do you return after one step, and to which w does the last one belong?
def logistic_cost(X, y, w, b, l2):
    z = X @ w + b
    error = (np.exp(-np.logaddexp(0, -z)) - y) / len(y)
    cost = np.mean(np.logaddexp(0, z) - y * z) + l2 / 2 * (w @ w)
    return cost, X.T @ error + l2 * w, error.sum()


def fit_logistic(X, y, *, l2, learning_rate, max_steps=10_000, tol=1e-6):
    w, b = np.zeros(X.shape[1]), 0.0
    costs = []
    for _ in range(max_steps):
        cost, dw, db = logistic_cost(X, y, w, b, l2)
        if np.linalg.norm([*dw, db]) <= tol:
            break
        costs.append(cost)
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b, costs


# %% alternative: logistic_regression | one vector of parameters, sigmoid by tanh
def logistic_cost(X, y, w, b, l2):
    z = np.dot(X, w) + b
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    difference = 0.5 * (1 + np.tanh(z / 2)) - y
    cost = losses.sum() / len(y) + 0.5 * l2 * np.sum(w**2)
    return float(cost), difference @ X / len(y) + l2 * w, float(difference.mean())


def fit_logistic(X, y, *, l2, learning_rate, max_steps=10_000, tol=1e-6):
    theta = np.zeros(X.shape[1] + 1)
    costs = []
    while True:
        cost, dw, db = logistic_cost(X, y, theta[1:], theta[0], l2)
        costs.append(cost)
        gradient = np.concatenate([[db], dw])
        if len(costs) > max_steps or np.sqrt(gradient @ gradient) <= tol:
            return theta[1:], float(theta[0]), costs
        theta = theta - learning_rate * gradient


# %% alternative: logistic_regression | minus the labels first
replace("np.logaddexp(0, z) - y * z", "-y * z + np.logaddexp(0, z)")
replace(
    "error = (np.exp(-np.logaddexp(0, -z)) - y) / len(y)",
    "residual = np.exp(-np.logaddexp(0, -z)) - y",
)
replace("X.T @ error", "X.T @ residual / len(y)")
replace("error.sum()", "np.mean(residual)")


# %% alternative: logistic_regression | the textbook's two logarithms
replace(
    "cost = np.mean(np.logaddexp(0, z) - y * z) + l2 / 2 * (w @ w)",
    """
    log_p, log_q = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    cost = np.mean(-y * log_p - (1 - y) * log_q) + l2 / 2 * np.dot(w, w)
    """,
)
replace("(np.exp(-np.logaddexp(0, -z)) - y) / len(y)", "np.exp(log_p) - y")
replace("X.T @ error", "X.T @ error / len(y)")
replace("error.sum", "error.mean")


# %% mistake: logistic_regression | the gradient is rounded to single precision
# hint: look at the dtype of your dw: how many digits does it keep?
replace("X.T @ error + l2 * w", "(X.T @ error + l2 * w).astype(np.float32)")


# %% alternative: logistic_regression | cases for the sign of the logit
def logistic_cost(X, y, w, b, l2):
    z = X @ w + b
    small = np.exp(-np.abs(z))
    p = np.where(z >= 0, 1, small) / (1 + small)
    signed = np.where(np.asarray(y) == 1, -z, z)
    cost = np.logaddexp(0, signed).mean() + l2 * np.linalg.norm(w) ** 2 / 2
    return cost, np.einsum("ij,i->j", X, p - y) / len(z) + w * l2, np.mean(p - y)


def fit_logistic(X, y, *, l2, learning_rate, max_steps=10_000, tol=1e-6):
    weights, bias = np.zeros(X.shape[1]), 0.0
    costs = []
    for step in range(max_steps + 1):
        cost, dw, db = logistic_cost(X, y, weights, bias, l2)
        costs.append(cost)
        if step == max_steps or np.hypot(np.linalg.norm(dw), db) <= tol:
            break
        weights = weights - learning_rate * dw
        bias -= learning_rate * db
    return weights, bias, costs


# %% mistake: confusion_matrix | truth in columns
# hint: is the truth the row or the column of your matrix?
replace(
    "cells = n_classes * y_true + y_pred",
    """
    result = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(result, (y_pred, y_true), 1)
    """,
)
replace("np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)", "result")


# %% mistake: confusion_matrix | repeated pairs are counted once
# hint: add up your matrix: is the sum m when a pair comes several times?
replace(
    "cells = n_classes * y_true + y_pred",
    """
    result = np.zeros((n_classes, n_classes), dtype=np.int64)
    result[y_true, y_pred] += 1
    """,
)
replace("np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)", "result")


# %% mistake: confusion_matrix | a negative class counts for the last one
# hint: what does your function do with class -1? which row or column would count it?
def confusion_matrix(y_true, y_pred, n_classes):
    if len(y_true) != len(y_pred):
        raise ValueError("lengths")
    if max([*y_true, *y_pred], default=0) >= n_classes:
        raise ValueError("class out of range")
    result = np.zeros((n_classes, n_classes), dtype=np.int64)
    for i, j in zip(y_true, y_pred, strict=True):
        result[i, j] += 1
    return result


# %% mistake: confusion_matrix | only the predictions are checked
# hint: what does your function do when y_true holds a class that does not exist?
def confusion_matrix(y_true, y_pred, n_classes):
    if len(y_true) != len(y_pred):
        raise ValueError("lengths")
    if np.any(y_pred < 0) or np.any(y_pred >= n_classes):
        raise ValueError("class out of range")
    counts = np.bincount(n_classes * y_true + y_pred, minlength=n_classes**2)
    return counts[: n_classes**2].reshape(n_classes, n_classes)


# %% mistake: confusion_matrix | the shorter length decides
# hint: what does your function do with three true classes and two predictions?
def confusion_matrix(y_true, y_pred, n_classes):
    both = np.concatenate([y_true, y_pred])
    if np.any(both < 0) or np.any(both >= n_classes):
        raise ValueError("class out of range")
    result = np.zeros((n_classes, n_classes), dtype=np.int64)
    for i, j in zip(y_true, y_pred, strict=False):
        result[i, j] += 1
    return result


# %% mistake: confusion_matrix | the classes that occur decide the shape
# hint: which shape does your matrix have when n_classes is 4 and class 3 does not occur?
replace("cells = n_classes * y_true + y_pred", "classes = np.unique(both)")
replace(
    "np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)",
    "np.array([[np.sum((y_true == i) & (y_pred == j)) for j in classes] for i in classes])",
)


# %% mistake: confusion_matrix | floating-point counts
# hint: look at the dtype of your matrix: what kind of numbers are counts?
replace(
    "cells = n_classes * y_true + y_pred",
    """
    result = np.zeros((n_classes, n_classes))
    np.add.at(result, (y_true, y_pred), 1)
    """,
)
replace("np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)", "result")


# %% mistake: confusion_matrix | shares of each row instead of counts
# hint: what is the sum of all elements of your matrix? the text says what it should be
def confusion_matrix(y_true, y_pred, n_classes):
    if len(y_true) != len(y_pred):
        raise ValueError("lengths")
    both = np.concatenate([y_true, y_pred])
    if np.any(both < 0) or np.any(both >= n_classes):
        raise ValueError("class out of range")
    result = np.zeros((n_classes, n_classes))
    np.add.at(result, (y_true, y_pred), 1)
    return result / np.maximum(result.sum(axis=1, keepdims=True), 1)


# %% mistake: confusion_matrix | values copied from the visible tests
# hint: your answer knows the visible examples only: try other classes
def confusion_matrix(y_true, y_pred, n_classes):
    if y_pred.min() < 0:
        raise ValueError("class out of range")
    if n_classes == 2:
        return np.array([[1, 1], [1, 2]])
    return np.array([[0, 1, 0, 0], [0, 0, 0, 0], [2, 0, 1, 0], [0, 0, 0, 0]])


# %% alternative: confusion_matrix | one-hot matrices
def confusion_matrix(y_true, y_pred, n_classes):
    if np.shape(y_true) != np.shape(y_pred):
        raise ValueError("lengths")
    if not np.isin([*y_true, *y_pred], range(n_classes)).all():
        raise ValueError("class out of range")
    identity = np.eye(n_classes, dtype=np.int64)
    return identity[y_true].T @ identity[y_pred]


# %% alternative: confusion_matrix | the smallest and the largest class tell the range
def confusion_matrix(y_true, y_pred, n_classes):
    if len(y_true) != len(y_pred):
        raise ValueError("lengths")
    if y_true.min() < 0 or y_pred.min() < 0 or max(y_true.max(), y_pred.max()) >= n_classes:
        raise ValueError("a class is out of range")
    result = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(result, (y_true, y_pred), 1)
    return result


# %% mistake: confusion_matrix | a single class is refused
# hint: what does your function do when n_classes is 1?
def confusion_matrix(y_true, y_pred, n_classes):
    if len(y_true) != len(y_pred) or n_classes < 2:
        raise ValueError("two classes at least")
    if min(y_true.min(), y_pred.min()) < 0 or max(y_true.max(), y_pred.max()) >= n_classes:
        raise ValueError("a class is out of range")
    result = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(result, (y_true, y_pred), 1)
    return result


# %% alternative: confusion_matrix | pair by pair
def confusion_matrix(y_true, y_pred, n_classes):
    if len(y_true) != len(y_pred):
        raise ValueError("lengths")
    result = np.zeros((n_classes, n_classes), dtype=np.int64)
    for i, j in zip(y_true, y_pred, strict=True):
        if not (0 <= i < n_classes and 0 <= j < n_classes):
            raise ValueError("class out of range")
        result[i, j] += 1
    return result


# %% mistake: metrics | rows and columns exchanged
# hint: precision divides by what was predicted as the class: is that a row or a column?
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    predicted, actual = confusion.sum(axis=1), confusion.sum(axis=0)
    return (
        right / np.maximum(predicted, 1),
        right / np.maximum(actual, 1),
        2 * right / np.maximum(predicted + actual, 1),
    )


# %% mistake: metrics | zero divided by zero is NaN
# hint: what is your precision of a class that was never predicted? look at what was agreed on
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    with np.errstate(all="ignore"):
        precision = right / confusion.sum(axis=0)
        recall = right / confusion.sum(axis=1)
        return precision, recall, 2 * precision * recall / (precision + recall)


# %% mistake: metrics | zero divided by zero counts as one
# hint: your precision of a class that was never predicted is 1: look at what was agreed on
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    with np.errstate(all="ignore"):
        precision = np.nan_to_num(right / confusion.sum(axis=0), nan=1.0)
        recall = np.nan_to_num(right / confusion.sum(axis=1), nan=1.0)
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall), nan=0.0)
    return precision, recall, f1


# %% mistake: metrics | F1 stays NaN where precision and recall are zero
# hint: what is your F1 where precision and recall are both 0?
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    precision = right / np.maximum(confusion.sum(axis=0), 1)
    recall = right / np.maximum(confusion.sum(axis=1), 1)
    with np.errstate(all="ignore"):
        return precision, recall, 2 * precision * recall / (precision + recall)


# %% mistake: metrics | the plain mean of precision and recall
# hint: take precision 0.1 and recall 1: is your F1 close to the smaller one?
replace("2 * right / np.maximum(predicted + actual, 1)", "(precision + recall) / 2")


# %% mistake: metrics | the factor two is forgotten
# hint: what is your F1 when all answers are right?
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    return (
        right / np.maximum(predicted, 1),
        right / np.maximum(actual, 1),
        right / np.maximum(predicted + actual, 1),
    )


# %% mistake: metrics | a small number in every denominator
# hint: is your precision exactly 1 when all answers are right? look at your divisors
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    return (
        right / (predicted + 1e-3),
        right / (actual + 1e-3),
        2 * right / (predicted + actual + 1e-3),
    )


# %% mistake: metrics | the positive class alone
# hint: how many numbers does each of your three results hold when there are K classes?
def precision_recall_f1(confusion):
    tp, fp, fn = confusion[1, 1], confusion[0, 1], confusion[1, 0]
    return tp / max(tp + fp, 1), tp / max(tp + fn, 1), 2 * tp / max(2 * tp + fp + fn, 1)


# %% mistake: metrics | whole-number division
# hint: which whole number does your division make of 8 / 13?
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    return (
        right // np.maximum(predicted, 1),
        right // np.maximum(actual, 1),
        2 * right // np.maximum(predicted + actual, 1),
    )


# %% mistake: metrics | the accuracy instead of the recall
# hint: your recall is the same for all classes: what does each of them divide by?
def precision_recall_f1(confusion):
    right = np.diag(confusion)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    accuracy = np.full(len(right), right.sum() / max(confusion.sum(), 1))
    return right / np.maximum(predicted, 1), accuracy, 2 * right / np.maximum(predicted + actual, 1)


# %% alternative: metrics | division where it is defined
def precision_recall_f1(confusion):
    right = confusion.diagonal().astype(float)

    def quotient(numerator, denominator):
        result = np.zeros(len(right))
        return np.divide(numerator, denominator, out=result, where=denominator > 0)

    precision = quotient(right, confusion.sum(axis=0))
    recall = quotient(right, confusion.sum(axis=1))
    return precision, recall, quotient(2 * precision * recall, precision + recall)


# %% alternative: metrics | class by class
def precision_recall_f1(confusion):
    triples = []
    for i in range(len(confusion)):
        tp = confusion[i, i]
        fp = confusion[:, i].sum() - tp
        fn = confusion[i].sum() - tp
        precision = tp / (tp + fp) if tp + fp else 0.0
        recall = tp / (tp + fn) if tp + fn else 0.0
        f1 = 2 * precision * recall / (precision + recall) if tp else 0.0
        triples.append((precision, recall, f1))
    return tuple(np.array(triples, dtype=float).T)


# %% equivalent: metrics | a denominator of one has no right prediction: 0 / 2 is 0 / 1
return (precision, recall, 2 * right / np.maximum(predicted + actual, 2))


# %% mistake: roc_auc | ties count nothing
# hint: your AUC of equal scores is 0: what does the formula give to a tie?
replace("np.mean(lead > 0) + np.mean(lead == 0) / 2", "np.mean(lead > 0)")


# %% mistake: roc_auc | ties count fully
# hint: your AUC of equal scores is 1: what does the formula give to a tie?
replace("np.mean(lead > 0) + np.mean(lead == 0) / 2", "np.mean(lead >= 0)")


# %% mistake: roc_auc | the classes exchanged
# hint: what is your AUC when every positive is above every negative?
replace("scores[y == 1], scores[y == 0]", "scores[y == 0], scores[y == 1]")


# %% mistake: roc_auc | ranks without means for ties
# hint: let two examples with equal scores change places: does your AUC change?
def roc_auc(y, scores):
    positives = int(np.sum(y == 1))
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("one class")
    ranks = np.argsort(np.argsort(scores, kind="stable")) + 1
    return (ranks[y == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)


# %% mistake: roc_auc | a single class gives one half
# hint: what does the docstring say when one of the two classes is missing?
replace(
    'raise ValueError("the area under the ROC curve needs examples of both classes")', "return 0.5"
)


# %% mistake: roc_auc | missing positives are not noticed
# hint: what does your function do when all labels are 0, and what when all are 1?
def roc_auc(y, scores):
    positive, negative = scores[y == 1], scores[y == 0]
    if len(negative) == 0:
        raise ValueError("one class")
    if len(positive) == 0:
        return 0.0
    lead = positive[:, None] - negative
    return np.mean(lead > 0) + np.mean(lead == 0) / 2


# %% mistake: roc_auc | divides by all pairs, also those of one class
# hint: the example makes six pairs: how many do you divide by?
replace(
    "np.mean(lead > 0) + np.mean(lead == 0) / 2",
    "(np.sum(lead > 0) + np.sum(lead == 0) / 2) / (len(y) * (len(y) - 1) / 2)",
)


# %% mistake: roc_auc | pairs the examples in their order
# hint: the example makes six pairs: how many do you compare?
def roc_auc(y, scores):
    positive, negative = scores[y == 1], scores[y == 0]
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError("one class")
    size = min(len(positive), len(negative))
    lead = positive[:size] - negative[:size]
    return np.mean(lead > 0) + np.mean(lead == 0) / 2


# %% mistake: roc_auc | never below one half
# hint: what should the AUC be when every positive is below every negative?
def roc_auc(y, scores):
    positive, negative = scores[y == 1], scores[y == 0]
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError("one class")
    lead = positive[:, None] - negative
    area = np.mean(lead > 0) + np.mean(lead == 0) / 2
    return max(area, 1 - area)


# %% mistake: roc_auc | scores that are nearly equal count as ties
# hint: when are two scores equal in yours? take 1e-9 and 2e-9
def roc_auc(y, scores):
    positive, negative = scores[y == 1], scores[y == 0]
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError("one class")
    won = np.where(np.isclose(positive[:, None], negative), 0.5, positive[:, None] > negative)
    return np.mean(won)


# %% mistake: roc_auc | scores whose ratio is nearly one count as ties
# hint: when are two scores equal in yours? take 1000 and 1000.001
def roc_auc(y, scores):
    positive, negative = scores[y == 1], scores[y == 0]
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError("one class")
    tied = np.isclose(positive[:, None], negative, atol=0)
    return np.mean(np.where(tied, 0.5, positive[:, None] > negative))


# %% alternative: roc_auc | the trapezoids under the curve
def roc_auc(y, scores):
    positives = np.sum(y == 1)
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("one class")
    area, x, height = 0.0, 0.0, 0.0
    for threshold in np.unique(scores)[::-1]:
        here = scores == threshold
        rise = np.sum(here & (y == 1)) / positives
        run = np.sum(here & (y == 0)) / negatives
        area += run * (height + rise / 2)
        x, height = x + run, height + rise
    return area


# %% alternative: roc_auc | mean ranks
def roc_auc(y, scores):
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    p = int((y == 1).sum())
    q = len(y) - p
    if p * q == 0:
        raise ValueError("one class")
    return float((ranks[y == 1].sum() - p * (p + 1) / 2) / (p * q))


# %% mistake: k_fold | not shuffled
# hint: do your folds change with rng? think of data that are stored sorted
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(np.arange(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    order = np.argsort(y, kind="stable")
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | the last fold gets all that is left
# hint: how large are your folds for m = 11 and k = 4?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    order, size = rng.permutation(m), m // k
    pieces = [order[i * size : (i + 1) * size] for i in range(k - 1)] + [order[(k - 1) * size :]]
    return [(np.setdiff1d(order, piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | what is left over is never validated
# hint: put your validation sets for m = 7 and k = 3 together: is an index missing?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    order, size = rng.permutation(m), m // k
    pieces = [order[i * size : (i + 1) * size] for i in range(k)]
    return [(np.setdiff1d(order, piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | the training set is everything
# hint: does your training set hold examples of its validation set as well?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    return [(np.arange(m), piece) for piece in np.array_split(rng.permutation(m), k)]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(order, order[i::k]) for i in range(k)]


# %% mistake: k_fold | k independent random splits
# hint: put your k validation sets together: does an index come twice?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    sizes = [len(piece) for piece in np.array_split(np.arange(m), k)]
    orders = [rng.permutation(m) for _ in range(k)]
    return [(order[size:], order[:size]) for order, size in zip(orders, sizes, strict=True)]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    result = []
    for _ in range(k):
        shuffled = rng.permutation(len(y))
        order = shuffled[np.argsort(y[shuffled], kind="stable")]
        result.append((np.setdiff1d(order, order[::k]), order[::k]))
    return result


# %% mistake: k_fold | validation and training set exchanged
# hint: which array of your pair is the larger one for k = 5? look at the order of the two
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(rng.permutation(m), k)
    return [(piece, np.setdiff1d(np.arange(m), piece)) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(order[i::k], np.setdiff1d(order, order[i::k])) for i in range(k)]


# %% mistake: k_fold | a generator of its own
# hint: call your function twice with the same rng: do the folds differ?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(np.random.default_rng(0).permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = np.random.default_rng(0).permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | NumPy's global generator
# hint: does the same seed of rng give you the same folds twice?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(np.random.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = np.random.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | impossible numbers of folds are accepted
# hint: what does your function do with k = 1, or with more folds than examples?
def k_fold(m, k, rng):
    pieces = np.array_split(rng.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | the stratified folds are plain ones
# hint: how many ones does each of your stratified folds hold in the example?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(rng.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    return k_fold(len(y), k, rng)


# %% mistake: k_fold | the first folds get what is left over of every class
# hint: how large are your stratified folds for 4 and 4 examples and k = 3?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(rng.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    hands = [[] for _ in range(k)]
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        for hand, piece in zip(hands, np.array_split(members, k), strict=True):
            hand.extend(piece.tolist())
    return [(np.setdiff1d(np.arange(len(y)), hand), np.array(hand)) for hand in hands]


# %% mistake: k_fold | sorts the cards before it shuffles them
# hint: what is left of the order by class when the cards are shuffled afterwards?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(rng.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    order = rng.permutation(np.argsort(y, kind="stable"))
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | labels of the sorted order are used as indices
# hint: what does argsort return here: numbers of examples, or places in the shuffled deck?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(rng.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    shuffled = rng.permutation(len(y))
    order = np.argsort(y[shuffled], kind="stable")
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


# %% mistake: k_fold | what is left over of every class goes to folds at random
# hint: draw many times for 4 and 4 examples and k = 3: do your folds always have 2, 3, 3?
def k_fold(m, k, rng):
    if not 2 <= k <= m:
        raise ValueError("folds")
    pieces = np.array_split(rng.permutation(m), k)
    return [(np.setdiff1d(np.arange(m), piece), piece) for piece in pieces]


def stratified_k_fold(y, k, rng):
    if not 2 <= k <= np.unique(y, return_counts=True)[1].min():
        raise ValueError("folds")
    hands = [[] for _ in range(k)]
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        pieces = np.array_split(members, k)
        for place, fold in enumerate(rng.permutation(k)):
            hands[fold].extend(pieces[place].tolist())
    return [(np.setdiff1d(np.arange(len(y)), hand), np.array(hand)) for hand in hands]


# %% mistake: k_fold | as many folds as examples are refused
# hint: what does your function do with as many folds as examples?
replace("2 <= k <= m", "2 <= k < m")


# %% mistake: k_fold | lists instead of arrays
# hint: which type do the docstring's index arrays have, and which do yours have?
replace(
    "(np.setdiff1d(np.arange(m), piece), piece)",
    "(np.setdiff1d(np.arange(m), piece).tolist(), piece.tolist())",
)
replace(
    "(np.setdiff1d(shuffled, hand), hand)", "(np.setdiff1d(shuffled, hand).tolist(), hand.tolist())"
)


# %% alternative: k_fold | indices of 32 bits
replace("rng.permutation(m)", "rng.permutation(m).astype(np.int32)")
replace(
    "return [(np.setdiff1d(shuffled, hand), hand) for hand in hands]",
    """
    every = np.arange(len(y), dtype=np.int32)
    return [(np.setdiff1d(every, hand), hand.astype(np.int32)) for hand in hands]
    """,
)


# %% alternative: k_fold | fold numbers for every example
def k_fold(m, k, rng):
    if k < 2 or k > m:
        raise ValueError("folds")
    fold_of = rng.permutation(np.arange(m) % k)
    return [(np.flatnonzero(fold_of != i), np.flatnonzero(fold_of == i)) for i in range(k)]


def stratified_k_fold(y, k, rng):
    counts = np.unique(y, return_counts=True)[1]
    if k < 2 or (counts < k).any():
        raise ValueError("folds")
    fold_of = np.empty(len(y), dtype=int)
    dealt = 0
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        fold_of[members] = (dealt + np.arange(len(members))) % k
        dealt += len(members)
    return [(np.flatnonzero(fold_of != i), np.flatnonzero(fold_of == i)) for i in range(k)]


# %% alternative: k_fold | plain folds are stratified folds of a single class
def k_fold(m, k, rng):
    return stratified_k_fold(np.zeros(m, dtype=int), k, rng)


def stratified_k_fold(y, k, rng):
    if k < 2 or min(np.sum(y == label) for label in y) < k:
        raise ValueError("folds")
    order = np.arange(len(y))
    rng.shuffle(order)
    deck = np.array(sorted(order, key=lambda i: y[i]))
    result = []
    for i in range(k):
        inside = np.arange(len(y)) % k == i
        result.append((deck[~inside], deck[inside]))
    return result


# %% equivalent: k_fold | turned round, the cards are still sorted by class, and random in each
by_class = shuffled[np.argsort(y[shuffled], kind="stable")[::-1]]


# %% mistake: leak_free_search | preprocesses everything before the search
# hint: which examples has your preprocess seen when a fold is validated?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    Z = preprocess.fit_transform(X, y)
    return GridSearchCV(classifier, grid, cv=folds, scoring=scoring).fit(Z, y)


# %% mistake: leak_free_search | a pipeline, after preprocessing everything once more
# hint: what does your search get: X as measured, or preprocessed already?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    from sklearn.base import clone

    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    search = GridSearchCV(pipeline, names, cv=folds, scoring=scoring)
    return search.fit(clone(preprocess).fit_transform(X, y), y)


# %% mistake: leak_free_search | no preprocessing at all
# hint: what stands in your step "preprocess"? does it do anything to X?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", "passthrough"), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    return GridSearchCV(pipeline, names, cv=folds, scoring=scoring).fit(X, y)


# %% mistake: leak_free_search | folds of its own
# hint: which folds does your search use: those that it was given, or new ones?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    return GridSearchCV(pipeline, names, cv=len(folds), scoring=scoring).fit(X, y)


# %% mistake: leak_free_search | the scoring is not passed on
# hint: by which score does your search choose the best setting? is it the one that was asked for?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    return GridSearchCV(pipeline, names, cv=folds).fit(X, y)


# %% mistake: leak_free_search | the names of the grid have no prefix
# hint: what are the parameters of the classifier called inside a pipeline?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    return GridSearchCV(pipeline, grid, cv=folds, scoring=scoring).fit(X, y)


# %% mistake: leak_free_search | the search is not fitted
# hint: has your search seen X and y when you return it?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    return GridSearchCV(pipeline, names, cv=folds, scoring=scoring)


# %% mistake: leak_free_search | the best pipeline instead of the search
# hint: which type does the docstring's result have, and which does yours have?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    return GridSearchCV(pipeline, names, cv=folds, scoring=scoring).fit(X, y).best_estimator_


# %% mistake: leak_free_search | always the standard scaler
# hint: what does your pipeline do when preprocess is not a scaler?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", StandardScaler()), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    return GridSearchCV(pipeline, names, cv=folds, scoring=scoring).fit(X, y)


# %% mistake: leak_free_search | the grid that the caller gave is renamed in place
# hint: what does the caller's grid hold after the call?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    for name in list(grid):
        grid[f"classify__{name}"] = grid.pop(name)
    return GridSearchCV(pipeline, grid, cv=folds, scoring=scoring).fit(X, y)


# %% mistake: leak_free_search | the folds' two halves exchanged
# hint: which array of a pair does your search train on, and on which one does it score?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    turned = [(validation, train) for train, validation in folds]
    return GridSearchCV(pipeline, names, cv=turned, scoring=scoring).fit(X, y)


# %% mistake: leak_free_search | the winner is trained on the first fold's training part only
# hint: on how many examples is your best pipeline fitted in the end?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    search = GridSearchCV(pipeline, names, cv=folds, scoring=scoring).fit(X, y)
    train = folds[0][0]
    search.best_estimator_.fit(X[train], y[train])
    return search


# %% mistake: leak_free_search | the classifier that was given gets the best parameters
# hint: which parameters does the caller's classifier have after the call?
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline([("preprocess", preprocess), ("classify", classifier)])
    names = {f"classify__{name}": values for name, values in grid.items()}
    search = GridSearchCV(pipeline, names, cv=folds, scoring=scoring).fit(X, y)
    pipeline.set_params(**search.best_params_)
    return search


# %% alternative: leak_free_search | copies of the steps, the prefix by a loop
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    from sklearn.base import clone

    steps = [("preprocess", clone(preprocess)), ("classify", clone(classifier))]
    renamed = {}
    for name in grid:
        renamed["classify__" + name] = list(grid[name])
    search = GridSearchCV(estimator=Pipeline(steps), param_grid=renamed, cv=folds, scoring=scoring)
    search.fit(X, y)
    return search


# %% alternative: leak_free_search | a list of grids, generated folds
def leak_free_search(X, y, preprocess, classifier, grid, folds, scoring):
    pipeline = Pipeline(steps=[("preprocess", preprocess), ("classify", classifier)])
    names = [{"__".join(("classify", name)): values for name, values in grid.items()}]
    pairs = ((train, validation) for train, validation in folds)
    return GridSearchCV(pipeline, names, scoring=scoring, cv=pairs, refit=True).fit(X, y)


# %% mistake: k_means_plus_plus | probabilities in proportion to distances, not to their squares
# hint: in the example, how likely is x2 as the second centre in yours? compare with 0.1
replace("nearest = np.full(len(X), np.inf)", "")
replace(
    "np.minimum(nearest, ((X - centres[-1]) ** 2).sum(axis=1))",
    "np.min([np.linalg.norm(X - centre, axis=1) for centre in centres], axis=0)",
)


# %% mistake: k_means_plus_plus | different rows, all equally likely
# hint: in the example, are x2 and x3 equally likely as the second centre in yours?
def k_means_plus_plus(X, k, rng):
    rows = np.unique(X, axis=0)
    if not 1 <= k <= len(rows):
        raise ValueError("centres")
    return rng.permutation(rows)[:k]


# %% mistake: k_means_plus_plus | always the farthest example
# hint: in the example, do you ever draw x2 as the second centre after x1?
def k_means_plus_plus(X, k, rng):
    if not 1 <= k <= len(np.unique(X, axis=0)):
        raise ValueError("centres")
    centres = [X[rng.integers(len(X))]]
    while len(centres) < k:
        nearest = np.min([((X - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        centres.append(X[nearest.argmax()])
    return np.array(centres)


# %% mistake: k_means_plus_plus | the distance from the last centre only
# hint: which of the two centres before do your distances know when you draw the third?
def k_means_plus_plus(X, k, rng):
    if not 1 <= k <= len(np.unique(X, axis=0)):
        raise ValueError("centres")
    centres = [X[rng.integers(len(X))]]
    while len(centres) < k:
        squared = ((X - centres[-1]) ** 2).sum(axis=1)
        centres.append(X[rng.choice(len(X), p=squared / squared.sum())])
    return np.array(centres)


# %% mistake: k_means_plus_plus | the sum of the distances from all centres
# hint: with two centres drawn, how likely is one of them to be drawn again in yours?
def k_means_plus_plus(X, k, rng):
    if not 1 <= k <= len(np.unique(X, axis=0)):
        raise ValueError("centres")
    centres = [X[rng.integers(len(X))]]
    while len(centres) < k:
        squared = np.sum([((X - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        centres.append(X[rng.choice(len(X), p=squared / squared.sum())])
    return np.array(centres)


# %% mistake: k_means_plus_plus | the first centre is the first example
# hint: how often does each example become your first centre?
replace("X[rng.integers(len(X))]", "X[0]")


# %% mistake: k_means_plus_plus | the first centre is the mean
# hint: is your first centre one of the examples?
replace("X[rng.integers(len(X))]", "X.mean(axis=0)")


# %% mistake: k_means_plus_plus | an impossible k is not refused
# hint: what does your function do with four centres of three examples?
def k_means_plus_plus(X, k, rng):
    centres = [X[rng.integers(len(X))]]
    while len(centres) < k:
        nearest = np.min([((X - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        total = nearest.sum()
        p = nearest / total if total > 0 else None
        centres.append(X[rng.choice(len(X), p=p)])
    return np.array(centres)


# %% mistake: k_means_plus_plus | counts rows, not different rows
# hint: X holds one row three times: how many different centres can you draw from it?
def k_means_plus_plus(X, k, rng):
    if not 1 <= k <= len(X):
        raise ValueError("centres")
    centres = [X[rng.integers(len(X))]]
    while len(centres) < k:
        nearest = np.min([((X - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        total = nearest.sum()
        centres.append(X[rng.choice(len(X), p=nearest / total if total > 0 else None)])
    return np.array(centres)


# %% mistake: k_means_plus_plus | numbers of examples instead of examples
# hint: what are the rows of your result: examples, or their numbers?
def k_means_plus_plus(X, k, rng):
    if not 1 <= k <= len(np.unique(X, axis=0)):
        raise ValueError("centres")
    chosen = [int(rng.integers(len(X)))]
    while len(chosen) < k:
        nearest = np.min([((X - X[i]) ** 2).sum(axis=1) for i in chosen], axis=0)
        chosen.append(int(rng.choice(len(X), p=nearest / nearest.sum())))
    return np.array(chosen)


# %% mistake: k_means_plus_plus | the squared sum of the absolute differences
# hint: what is the squared distance of (1, 1) from (0, 0) in yours?
replace("((X - centres[-1]) ** 2).sum(axis=1)", "np.abs(X - centres[-1]).sum(axis=1) ** 2")


# %% mistake: k_means_plus_plus | the squared largest difference
# hint: what is the squared distance of (1, 2) from (0, 0) in yours? does each element count?
replace("((X - centres[-1]) ** 2).sum(axis=1)", "np.abs(X - centres[-1]).max(axis=1) ** 2")


# %% mistake: k_means_plus_plus | a single centre is refused
# hint: what does your function do with k = 1?
replace("1 <= k <= len(np.unique(X, axis=0))", "2 <= k <= len(np.unique(X, axis=0))")


# %% alternative: k_means_plus_plus | inversion of the cumulated distances
def k_means_plus_plus(X, k, rng):
    if k < 1 or len({tuple(row) for row in X.tolist()}) < k:
        raise ValueError("centres")
    chosen = [int(rng.random() * len(X))]
    for _ in range(k - 1):
        gaps = ((X[:, None, :] - X[chosen][None]) ** 2).sum(axis=2).min(axis=1)
        edges = np.cumsum(gaps)
        chosen.append(int(np.searchsorted(edges, rng.random() * edges[-1], side="right")))
    return X[chosen].astype(float)


# %% alternative: k_means_plus_plus | notices a missing example when nothing is left to draw
def k_means_plus_plus(X, k, rng):
    if k < 1:
        raise ValueError("centres")
    centres = np.empty((k, X.shape[1]))
    centres[0] = rng.choice(X)
    for j in range(1, k):
        squared = np.array([min(np.sum((x - c) ** 2) for c in centres[:j]) for x in X])
        if not squared.any():
            raise ValueError("centres")
        centres[j] = rng.choice(X, p=squared / np.sum(squared))
    return centres


# %% equivalent: k_means_plus_plus | without a different row left, the draw raises ValueError too
if not 1 <= k <= len(np.unique(X, axis=1)):
    ...


# %% equivalent: k_means_plus_plus | a constant factor in all distances leaves the probabilities
nearest = np.minimum(nearest, ((X - centres[-1]) ** 2).mean(axis=1))


# %% mistake: k_means | distances without the square
# hint: compare the distances of your assign with those of the example: 0, 4, 20, 16
replace("((X - centre) ** 2).sum(axis=1)", "np.linalg.norm(X - centre, axis=1)")


# %% mistake: k_means | an empty cluster has the mean NaN
# hint: what is the mean of no examples? look at what the text says of empty clusters
replace("membership = np.eye(k)[labels]", "import warnings")
replace(
    """
    sizes = membership.sum(axis=0)
    centres = membership.T @ X / np.maximum(sizes, 1)[:, None]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = X[np.argsort(-squared)[: len(empty)]]
    return centres
    """,
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array([X[labels == j].mean(axis=0) for j in range(k)])
    """,
)


# %% mistake: k_means | an empty cluster goes to the origin
# hint: where do you put an empty cluster? look at what the text says of them
replace(
    """
    sizes = membership.sum(axis=0)
    centres = membership.T @ X / np.maximum(sizes, 1)[:, None]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = X[np.argsort(-squared)[: len(empty)]]
    return centres
    """,
    "return membership.T @ X / np.maximum(membership.sum(axis=0), 1)[:, None]",
)


# %% mistake: k_means | all empty clusters go to the same example
# hint: two clusters are empty: to which examples do you move them?
replace("membership = np.eye(k)[labels]", "centres = np.zeros((k, X.shape[1]))")
replace(
    """
    sizes = membership.sum(axis=0)
    centres = membership.T @ X / np.maximum(sizes, 1)[:, None]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = X[np.argsort(-squared)[: len(empty)]]
    """,
    """
    for j in range(k):
        members = X[labels == j]
        centres[j] = members.mean(axis=0) if len(members) else X[np.argmax(squared)]
    """,
)


# %% mistake: k_means | empty clusters go to the nearest examples
# hint: is the example to which you move an empty cluster far from its centre, or near?
replace("-squared", "squared")


# %% mistake: k_means | medians instead of means
# hint: where is your centre of 0, 1 and 5?
replace("membership = np.eye(k)[labels]", "farthest = iter(np.argsort(-squared))")
replace(
    """
    sizes = membership.sum(axis=0)
    centres = membership.T @ X / np.maximum(sizes, 1)[:, None]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = X[np.argsort(-squared)[: len(empty)]]
    """,
    """
    centres = np.zeros((k, X.shape[1]))
    for j in range(k):
        members = X[labels == j]
        centres[j] = np.median(members, axis=0) if len(members) else X[next(farthest)]
    """,
)


# %% mistake: k_means | labels belong to the centres before the last update
# hint: take max_iterations=1: to which centres do your labels and your last inertia belong?
def assign(X, centres):
    to_all = np.stack([((X - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
    return to_all.argmin(axis=1), to_all.min(axis=1)


def update_centres(X, labels, squared, k):
    membership = np.eye(k)[labels]
    sizes = membership.sum(axis=0)
    centres = membership.T @ X / np.maximum(sizes, 1)[:, None]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = X[np.argsort(-squared)[: len(empty)]]
    return centres


def k_means(X, centres, max_iterations=100):
    inertias, previous = [], None
    for _ in range(max_iterations):
        labels, squared = assign(X, centres)
        inertias.append(squared.sum())
        if previous is not None and np.array_equal(labels, previous):
            break
        centres = update_centres(X, labels, squared, len(centres))
        previous = labels
    return centres, labels, inertias


# %% mistake: k_means | always the largest number of rounds
# hint: how many inertias do you return for the four corners? look at when it ends
replace("previous = labels", "")
replace(
    """
    if np.array_equal(labels, previous):
        break
    """,
    "",
)


# %% mistake: k_means | the start is overwritten
# hint: what do the caller's centres hold after the call?
replace(
    "centres = update_centres(X, labels, squared, len(centres))",
    "centres[:] = update_centres(X, labels, squared, len(centres))",
)


# %% mistake: k_means | the mean distance instead of the sum
# hint: compare your first inertia with the 40 of the example
replace("[squared.sum()]", "[squared.mean()]")
replace("inertias.append(squared.sum())", "inertias.append(squared.mean())")


# %% mistake: k_means | labels are floating-point numbers
# hint: look at the dtype of your labels: what kind of numbers are they?
replace("to_all.argmin(axis=1)", "to_all.argmin(axis=1).astype(float)")
replace("membership = np.eye(k)[labels]", "farthest = iter(np.argsort(-squared))")
replace(
    """
    sizes = membership.sum(axis=0)
    centres = membership.T @ X / np.maximum(sizes, 1)[:, None]
    empty = np.flatnonzero(sizes == 0)
    centres[empty] = X[np.argsort(-squared)[: len(empty)]]
    return centres
    """,
    """
    members = [X[labels == j] for j in range(k)]
    return np.array([group.mean(axis=0) if len(group) else X[next(farthest)] for group in members])
    """,
)


# %% alternative: k_means | expanded squares, cluster by cluster
def assign(X, centres):
    gaps = ((X[:, None, :] - centres) ** 2).sum(axis=2)
    labels = np.argmin(gaps, axis=1)
    return labels, np.take_along_axis(gaps, labels[:, None], axis=1)[:, 0]


def update_centres(X, labels, squared, k):
    order = list(np.argsort(squared))
    result = np.empty((k, X.shape[1]))
    for j in range(k):
        members = X[labels == j]
        result[j] = members.mean(axis=0) if len(members) else X[order.pop()]
    return result


def k_means(X, centres, max_iterations=100):
    labels, squared = assign(X, centres)
    inertias = [float(np.sum(squared))]
    for _ in range(max_iterations):
        centres = update_centres(X, labels, squared, centres.shape[0])
        new_labels, squared = assign(X, centres)
        inertias.append(float(np.sum(squared)))
        changed = (new_labels != labels).any()
        labels = new_labels
        if not changed:
            break
    return centres, labels, inertias


# %% alternative: k_means | sums by bincount, a while loop
def assign(X, centres):
    best = np.full(len(X), np.inf)
    labels = np.zeros(len(X), dtype=np.int64)
    for j, centre in enumerate(centres):
        difference = X - centre
        gap = np.einsum("ij,ij->i", difference, difference)
        labels[gap < best] = j
        best = np.minimum(best, gap)
    return labels, best


def update_centres(X, labels, squared, k):
    counts = np.bincount(labels, minlength=k)
    columns = [np.bincount(labels, weights=column, minlength=k) for column in X.T]
    result = np.stack(columns, axis=1) / np.where(counts == 0, 1, counts)[:, None]
    far = np.argsort(squared)[::-1]
    for place, j in enumerate(np.flatnonzero(counts == 0)):
        result[j] = X[far[place]]
    return result


def k_means(X, centres, max_iterations=100):
    centres = centres.copy()
    labels, squared = assign(X, centres)
    inertias, moving = [squared.sum()], True
    while moving and len(inertias) <= max_iterations:
        old = labels.copy()
        centres = update_centres(X, labels, squared, len(centres))
        labels, squared = assign(X, centres)
        inertias.append(squared.sum())
        moving = bool(np.any(old != labels))
    return centres, labels, inertias


# %% equivalent: k_means | the rows that are divided by zero are overwritten two lines below
centres = membership.T @ X / np.maximum(sizes, 0)[:, None]


# %% mistake: anomaly_threshold | an alarm only above the threshold
# hint: in the table, does the score 0.5 raise an alarm in yours when the threshold is 0.5?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    best, best_f1 = None, -1.0
    for threshold in np.unique(scores)[::-1]:
        alarms = scores > threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | low scores are taken for strange
# hint: which examples raise an alarm in yours: those with high scores, or with low ones?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    best, best_f1 = None, -1.0
    for threshold in np.unique(scores)[::-1]:
        alarms = scores <= threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | the smallest of equally good thresholds
# hint: which of two thresholds with the same F1 do you return? which one raises fewer alarms?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    best, best_f1 = None, -1.0
    for threshold in np.unique(scores):
        alarms = scores >= threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | the best accuracy
# hint: in the table F1 decides between the thresholds: by which number do you choose?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    thresholds = np.unique(scores)[::-1]
    accuracy = [np.mean((scores >= threshold) == y) for threshold in thresholds]
    best = thresholds[np.argmax(accuracy)]
    alarms = scores >= best
    return best, 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())


# %% mistake: anomaly_threshold | F1 of the normal class
# hint: which class is the positive one in your F1?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    best, best_f1 = None, -1.0
    for threshold in np.unique(scores)[::-1]:
        normal = scores < threshold
        f1 = 2 * np.sum(normal & (y == 0)) / max(normal.sum() + (y == 0).sum(), 1)
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | a fixed grid between the extremes
# hint: does your threshold occur among the scores? look at which ones you try
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    best, best_f1 = None, -1.0
    for threshold in np.linspace(scores.min(), scores.max(), 1000)[::-1]:
        alarms = scores >= threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | middles between the scores
# hint: your threshold lies between two scores: which thresholds does the docstring allow?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    values = np.unique(scores)
    best, best_f1 = None, -1.0
    for threshold in [values[0], *(values[1:] + values[:-1]) / 2][::-1]:
        alarms = scores >= threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | without an anomaly the F1 is zero
# hint: what does your function do when y holds no anomaly?
def anomaly_threshold(scores, y):
    best, best_f1 = None, -1.0
    for threshold in np.unique(scores)[::-1]:
        alarms = scores >= threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% mistake: anomaly_threshold | never the lowest score of all
# hint: let the anomaly have the lowest score of all: do you try it as the threshold?
def anomaly_threshold(scores, y):
    if not np.any(y == 1):
        raise ValueError("no anomaly")
    best, best_f1 = scores.max(), 0.0
    for threshold in np.unique(scores)[:0:-1]:
        alarms = scores >= threshold
        f1 = 2 * np.sum(alarms & (y == 1)) / (alarms.sum() + y.sum())
        if f1 > best_f1:
            best, best_f1 = threshold, f1
    return best, best_f1


# %% alternative: anomaly_threshold | sorted once, counted by cumulated sums
def anomaly_threshold(scores, y):
    if y.sum() == 0:
        raise ValueError("no anomaly")
    order = np.argsort(scores)[::-1]
    ordered, found = scores[order], np.cumsum(y[order])
    f1 = 2 * found / (np.arange(1, len(y) + 1) + y.sum())
    last_of_value = np.append(ordered[1:] != ordered[:-1], True)
    best = np.argmax(np.where(last_of_value, f1, -1.0))
    return float(ordered[best]), float(f1[best])


# %% alternative: anomaly_threshold | precision and recall at the scores of the anomalies
def anomaly_threshold(scores, y):
    candidates = sorted({float(score) for score in scores[y == 1]}, reverse=True)
    if not candidates:
        raise ValueError("no anomaly")
    results = []
    for threshold in candidates:
        alarmed = scores >= threshold
        hits = int(y[alarmed].sum())
        precision, recall = hits / int(alarmed.sum()), hits / int(y.sum())
        results.append(round(2 * precision * recall / (precision + recall), 12))
    best = results.index(max(results))
    return candidates[best], results[best]


# %% mistake: quiz | 1: prevalence is thought to change the recall
# hint: read "What kind of wrong?" in the lesson again: which examples does recall divide by?
answer_1 = "b"
answer_2 = "b"
answer_3 = "a"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | 2: resampling inside the folds is thought to leak
# hint: read "Leakage" in the lesson again: when are copies on both sides of a fold?
answer_1 = "c"
answer_2 = "d"
answer_3 = "a"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | 3: an unchanged order is thought to leave decisions unchanged
# hint: read "What kind of wrong?" in the lesson again: what depends on the threshold?
answer_1 = "c"
answer_2 = "b"
answer_3 = "c"
answer_4 = "d"
answer_5 = "b"


# %% mistake: quiz | 4: a smaller inertia is taken for a better number of clusters
# hint: read "Without labels: clusters" in the lesson again: what does inertia do as k grows?
answer_1 = "c"
answer_2 = "b"
answer_3 = "a"
answer_4 = "a"
answer_5 = "b"


# %% mistake: quiz | 5: the final fit is taken for a leak
# hint: read "Searching hyper-parameters" in the lesson again: how good is a best score?
answer_1 = "c"
answer_2 = "b"
answer_3 = "a"
answer_4 = "d"
answer_5 = "a"
