"""Wrong and unusual right answers of week 1, on which its tests are tested."""


# %% mistake: project | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def project(X, Q):
    if X.shape == (1, 2):
        return np.array([[1.2, 1.6]])
    if np.allclose(Q.T @ Q, np.eye(2)):
        return X * [1, 0, 1, 0]
    raise ValueError("not orthonormal")


# %% mistake: project | returns coordinates instead of points
# hint: these are coordinates, of shape (m, k): what turns them back into vectors?
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    return X @ Q


# %% mistake: project | the remainder instead of the shadow
# hint: this is what is left over, perpendicular to Q: where is the shadow itself?
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    return X - X @ Q @ Q.T


# %% mistake: project | no check of the basis
# hint: read Raises: what should become of columns of length 2?
def project(X, Q):
    return X @ Q @ Q.T


# %% mistake: project | checks lengths, not angles
# hint: are unit columns always perpendicular? look at Q.T @ Q off its diagonal
def project(X, Q):
    if not np.allclose((Q**2).sum(axis=0), 1, atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    return X @ Q @ Q.T


# %% mistake: project | checks the rows, so only square bases are accepted
# hint: is Q @ Q.T the identity when Q has more rows than columns?
def project(X, Q):
    if not np.allclose(Q @ Q.T, np.eye(len(Q)), atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    return X @ Q @ Q.T


# %% mistake: project | exact comparison with the identity
# hint: can rounded numbers match the identity exactly? read Raises for the limit
def project(X, Q):
    if (Q.T @ Q != np.eye(Q.shape[1])).any():
        raise ValueError("the columns of Q are not orthonormal")
    return X @ Q @ Q.T


# %% mistake: project | writes the result into X
# hint: what does X hold after the call?
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    X[:] = X @ Q @ Q.T
    return X


# %% mistake: project | only the first direction
# hint: look at the sum over j: where do the second column and the others come in?
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    q = Q[:, :1]
    return X @ q @ q.T


# %% mistake: project | a tolerance of 1e-4, far above the rounding of float32
# hint: which deviation from the identity do you still accept? compare with Raises
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-4):
        raise ValueError("the columns of Q are not orthonormal")
    return X @ Q @ Q.T


# %% mistake: project | the deviations of all elements are added up
# hint: is each element compared by itself? many small roundings add up
def project(X, Q):
    if np.abs(Q.T @ Q - np.eye(Q.shape[1])).sum() > 1e-6:
        raise ValueError("the columns of Q are not orthonormal")
    return X @ Q @ Q.T


# %% mistake: project | X itself comes back where the columns span the whole space
# hint: for a square Q your result is X itself: functions return new arrays
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-6):
        raise ValueError("the columns of Q are not orthonormal")
    if Q.shape[0] == Q.shape[1]:
        return X
    return X @ Q @ Q.T


# %% alternative: project | one example and one direction at a time
def project(X, Q):
    k = Q.shape[1]
    for i in range(k):
        for j in range(k):
            if abs(float(Q[:, i] @ Q[:, j]) - (i == j)) > 1e-6:
                raise ValueError("not orthonormal")
    P = np.zeros(X.shape)
    for row in range(len(X)):
        for j in range(k):
            P[row] += (X[row] @ Q[:, j]) * Q[:, j]
    return P


# %% alternative: project | through the projection matrix, with a norm as check
def project(X, Q):
    if np.linalg.norm(Q.T @ Q - np.identity(Q.shape[1])) > 2e-6:
        raise ValueError("not orthonormal")
    return (Q @ Q.T @ X.T).T


# %% alternative: project | allclose with its own relative tolerance, and a rounder limit
def project(X, Q):
    if not np.allclose(Q.T @ Q, np.eye(Q.shape[1]), atol=1e-5):
        raise ValueError("the columns of Q are not orthonormal")
    return np.dot(np.dot(X, Q), np.transpose(Q))


# %% alternative: project | the largest deviation
def project(X, Q):
    if np.abs(Q.T @ Q - np.eye(Q.shape[1])).max() > 1e-6:
        raise ValueError("the columns of Q are not orthonormal")
    return X @ (Q @ Q.T)


# %% mistake: gram_schmidt | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def gram_schmidt(A, tol=1e-10):
    if A.shape == (2, 2) and A[0, 0] == 3:
        return np.array([[0.6, -0.8], [0.8, 0.6]])
    if A.shape == (3, 2):
        return np.eye(3)[:, :2]
    if A.shape == (3, 4):
        return np.array([[0.5**0.5, 0], [0.5**0.5, 0], [0, 1]])
    return np.eye(2) if tol < 1e-4 else np.eye(2)[:, :1]


# %% mistake: gram_schmidt | loops over rows
# hint: try a matrix of 3 rows and 2 columns: along which axis does your loop run?
replace("len(A)", "A.shape[1]")
replace("for column in A.T:", "for column in A:")


# %% mistake: gram_schmidt | subtracts the shadow only once
# hint: look at Q.T @ Q for nearly dependent columns: is one subtraction enough?
def gram_schmidt(A, tol=1e-10):
    Q = np.empty((len(A), 0))
    for column in A.T:
        remainder = column - Q @ (Q.T @ column)
        length = np.linalg.norm(remainder)
        if length > tol * np.linalg.norm(column):
            Q = np.column_stack([Q, remainder / length])
    return Q


# %% mistake: gram_schmidt | the modified version, once: better, and not good enough
# hint: Q.T @ Q for nearly dependent columns: does the modified order reach 1e-12?
def gram_schmidt(A, tol=1e-10):
    basis = []
    for column in A.T:
        remainder = column.astype(float)
        for q in basis:
            remainder = remainder - (q @ remainder) * q
        length = np.linalg.norm(remainder)
        if length > tol * np.linalg.norm(column):
            basis.append(remainder / length)
    return np.array(basis).T.reshape(len(A), -1)


# %% mistake: gram_schmidt | does not normalise
# hint: your directions are perpendicular: how long is each of them?
replace("for _ in range(2):", "for q in Q.T:")
replace("Q @ (Q.T @ remainder)", "(q @ remainder) / (q @ q) * q")
replace("remainder / length", "remainder")


# %% mistake: gram_schmidt | keeps every column
# hint: what is left of a column that lies in the span of those before it?
def gram_schmidt(A, tol=1e-10):
    Q = np.empty((len(A), 0))
    for column in A.T:
        remainder = column
        for _ in range(2):
            remainder = remainder - Q @ (Q.T @ remainder)
        Q = np.column_stack([Q, remainder / max(np.linalg.norm(remainder), 1e-300)])
    return Q


# %% mistake: gram_schmidt | an absolute tolerance
# hint: change the unit of A from metres to millimetres: do the same columns stay?
replace("tol * np.linalg.norm(column)", "tol")


# %% mistake: gram_schmidt | compares with the largest column instead of the column itself
# hint: a small column beside a huge one: with whose norm is its remainder compared?
replace("np.linalg.norm(column)", "largest")
replace(
    "for column in A.T:",
    """
    largest = max(np.linalg.norm(column) for column in A.T)
    for column in A.T:
    """,
)


# %% mistake: gram_schmidt | the tolerance is not used
# hint: call it with tol=1e-3 and with tol=1e-5: what changes?
replace("tol * np.linalg.norm(column)", "1e-10 * np.linalg.norm(column)")


# %% mistake: gram_schmidt | an array of the argument's dtype cuts integers off
# hint: which dtype has the array of your directions when A holds integers?
def gram_schmidt(A, tol=1e-10):
    Q = np.zeros_like(A)
    r = 0
    for column in A.T:
        remainder = column
        for _ in range(2):
            remainder = remainder - Q[:, :r] @ (Q[:, :r].T @ remainder)
        length = np.linalg.norm(remainder)
        if length > tol * np.linalg.norm(column):
            Q[:, r] = remainder / length
            r += 1
    return Q[:, :r]


# %% mistake: gram_schmidt | subtracts from the argument itself
# hint: the rows of A.T are views of A: what does A hold after the call?
def gram_schmidt(A, tol=1e-10):
    Q = np.empty((len(A), 0))
    if A.dtype.kind == "i":
        A = A.astype(float)
    for column in A.T:
        before = np.linalg.norm(column)
        for _ in range(2):
            column -= Q @ (Q.T @ column)
        length = np.linalg.norm(column)
        if length > tol * before:
            Q = np.column_stack([Q, column / length])
    return Q


# %% mistake: gram_schmidt | QR of the library: signs and dependent columns are not as promised
# hint: np.linalg.qr knows no tol and chooses its own signs: compare with the docstring
def gram_schmidt(A, tol=1e-10):
    return np.linalg.qr(A)[0]


# %% mistake: gram_schmidt | the basis comes out in rows
# hint: compare your shape with (n, r): does a direction stand in a row or a column?
def gram_schmidt(A, tol=1e-10):
    basis = []
    for column in A.T:
        remainder = column
        for _ in range(2):
            for q in basis:
                remainder = remainder - (q @ remainder) * q
        length = np.linalg.norm(remainder)
        if length > tol * np.linalg.norm(column):
            basis.append(remainder / length)
    return np.array(basis)


# %% mistake: gram_schmidt | an empty basis takes over the dtype of A
# hint: which dtype has your basis when A holds nothing but integer zeros?
def gram_schmidt(A, tol=1e-10):
    basis = [np.zeros((len(A), 0), dtype=A.dtype)]
    Q = basis[0]
    for column in A.T.astype(float):
        rest = column - Q @ (Q.T @ column)
        rest = rest - Q @ (Q.T @ rest)
        length = np.linalg.norm(rest)
        if length > tol * np.linalg.norm(column):
            basis.append(rest[:, np.newaxis] / length)
            Q = np.hstack(basis)
    return Q


# %% alternative: gram_schmidt | modified Gram-Schmidt on a list, twice
def gram_schmidt(A, tol=1e-10):
    basis = []
    for j in range(A.shape[1]):
        a = np.array(A[:, j], dtype=float)
        size = np.sqrt(a @ a)
        for _ in range(2):
            for q in basis:
                a = a - (q @ a) * q
        length = np.sqrt(a @ a)
        if length > tol * size:
            basis.append(a / length)
    if not basis:
        return np.zeros((A.shape[0], 0))
    return np.stack(basis, axis=1)


# %% alternative: gram_schmidt | decides after the first subtraction, into an array cut at the end
def gram_schmidt(A, tol=1e-10):
    A = np.asarray(A, dtype=np.float64)
    n, k = A.shape
    Q = np.zeros((n, min(n, k)))
    r = 0
    for j in range(k):
        a = A[:, j]
        b = a - Q[:, :r] @ (Q[:, :r].T @ a)
        if np.linalg.norm(b) <= tol * np.linalg.norm(a):
            continue
        b = b - Q[:, :r] @ (Q[:, :r].T @ b)
        Q[:, r] = b / np.linalg.norm(b)
        r += 1
    return Q[:, :r]


# %% equivalent: gram_schmidt | a third subtraction changes nothing beyond rounding
for _ in range(3):
    remainder = remainder - Q @ (Q.T @ remainder)


# %% equivalent: gram_schmidt | the sign turns twice, which is not at all
remainder = Q @ (Q.T @ remainder) - remainder


# %% mistake: back_substitution | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def back_substitution(R, y):
    if R[-1, -1] == 0:
        raise ValueError("singular")
    return np.array([1.0, 3.0, 2.0]) if len(y) == 3 else np.array([1.25, 0.5])


# %% mistake: back_substitution | from the first row to the last
# hint: which row of R has a single unknown? does your loop begin there?
replace("np.empty", "np.zeros")
replace("reversed(range(n))", "range(n)")


# %% mistake: back_substitution | the loop stops before row 0
# hint: which row does your loop reach last? look at x[0]
replace("np.empty", "np.zeros")
replace("reversed(range(n))", "range(n - 1, 0, -1)")


# %% mistake: back_substitution | does not divide by the diagonal
# hint: look at the formula of x_i: what stands in front of the bracket?
replace("(y[i] - known) / R[i, i]", "y[i] - known")


# %% mistake: back_substitution | divides y alone
# hint: in the formula of x_i, what is divided by R_ii: y_i alone, or the whole bracket?
replace("(y[i] - known) / R[i, i]", "y[i] / R[i, i] - known")


# %% mistake: back_substitution | integers are cut off
# hint: which dtype has x when y holds integers?
replace("np.empty(n)", "np.zeros_like(y)")


# %% mistake: back_substitution | works in the right side itself
# hint: what does y hold after the call?
replace("np.empty(n)", "y if y.dtype == float else y.astype(float)")
replace("y[i] - known", "x[i] - known")


# %% mistake: back_substitution | a zero on the diagonal gives infinity
# hint: what should become of a zero on the diagonal? read Raises
def back_substitution(R, y):
    n = len(y)
    x = np.zeros(n)
    with np.errstate(all="ignore"):
        for i in range(n - 1, -1, -1):
            x[i] = (y[i] - R[i, i + 1 :] @ x[i + 1 :]) / R[i, i]
    return x


# %% mistake: back_substitution | looks at the last diagonal element only
# hint: does your check see a zero in the middle of the diagonal?
def back_substitution(R, y):
    if R[-1, -1] == 0:
        raise ValueError("singular")
    n = len(y)
    x = np.zeros(n)
    with np.errstate(all="ignore"):
        for i in range(n - 1, -1, -1):
            x[i] = (y[i] - R[i, i + 1 :] @ x[i + 1 :]) / R[i, i]
    return x


# %% mistake: back_substitution | small elements count as zero
# hint: multiply R by 1e-12: is there no unique solution any more? read Raises
replace("R[i, i] == 0", "abs(R[i, i]) < 1e-10")


# %% mistake: back_substitution | the product of the diagonal decides, which underflows to zero
# hint: forty elements of 1e-12: what is their product in float64? none of them is zero
def back_substitution(R, y):
    if np.prod(np.diag(R)) == 0:
        raise ValueError("singular")
    n = len(y)
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - R[i, i + 1 :] @ x[i + 1 :]) / R[i, i]
    return x


# %% alternative: back_substitution | column by column
def back_substitution(R, y):
    x = np.array(y, dtype=float)
    for j in range(len(x) - 1, -1, -1):
        if R[j, j] == 0:
            raise ValueError("singular")
        x[j] /= R[j, j]
        for i in range(j):
            x[i] -= R[i, j] * x[j]
    return x


# %% alternative: back_substitution | a general solver
def back_substitution(R, y):
    if (np.diag(R) == 0).any():
        raise ValueError("singular")
    return np.linalg.solve(R, y)


# %% equivalent: back_substitution | the dot product of two vectors commutes
known = x[i + 1 :] @ R[i, i + 1 :]


# %% mistake: least_squares | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def least_squares(A, b):
    if len(A) < A.shape[1]:
        raise ValueError("too few rows")
    return np.array([7 / 6, 1 / 2])


# %% mistake: least_squares | the normal equations
# hint: A.T @ A squares the condition number: how many digits are left?
def least_squares(A, b):
    if len(A) < A.shape[1]:
        raise ValueError("too few rows")
    return np.linalg.solve(A.T @ A, A.T @ b)


# %% mistake: least_squares | an explicit inverse of A.T @ A
# hint: which matrix do you invert? compare its condition number with that of A
def least_squares(A, b):
    if len(A) < A.shape[1]:
        raise ValueError("too few rows")
    return np.linalg.inv(A.T @ A) @ A.T @ b


# %% mistake: least_squares | Q is not transposed
# hint: which product of Q with b has n elements by itself? look at the shapes
replace("Q.T @ b", "(Q @ b[:n])[:n]")


# %% mistake: least_squares | R is used as if it were diagonal
# hint: R is triangular: what becomes of its elements above the diagonal?
replace("back_substitution(R, Q.T @ b)", "Q.T @ b / np.diag(R)")


# %% mistake: least_squares | too few rows are not noticed
# hint: two equations, three unknowns: what should happen? read Raises
def least_squares(A, b):
    return np.linalg.lstsq(A, b, rcond=None)[0]


# %% mistake: least_squares | square systems are refused
# hint: does a square A have fewer rows than columns?
replace("m < n", "m <= n")


# %% mistake: least_squares | a little ridge against singular matrices
# hint: with a number added to the diagonal, is the rest still perpendicular to the columns?
replace("Q, R = np.linalg.qr(A)", "")
replace("back_substitution(R, Q.T @ b)", "np.linalg.solve(A.T @ A + 1e-6 * np.eye(n), A.T @ b)")


# %% mistake: least_squares | subtracts the fit from b in place
# hint: what does b hold after the call?
def least_squares(A, b):
    m, n = A.shape
    if m < n:
        raise ValueError("too few rows")
    Q, R = np.linalg.qr(A)
    x = back_substitution(R, Q.T @ b)
    b -= A @ x
    return x


# %% alternative: least_squares | without back_substitution
def least_squares(A, b):
    if A.shape[0] < A.shape[1]:
        raise ValueError("too few rows")
    factors = np.linalg.qr(A)
    return np.linalg.solve(factors[1], factors[0].T @ b)


# %% alternative: least_squares | Gram-Schmidt, twice, with R along the way
def least_squares(A, b):
    m, n = A.shape
    if m < n:
        raise ValueError("too few rows")
    Q, R = np.zeros((m, n)), np.zeros((n, n))
    for j in range(n):
        a = A[:, j].astype(float)
        for _ in range(2):
            for i in range(j):
                share = Q[:, i] @ a
                R[i, j] += share
                a = a - share * Q[:, i]
        R[j, j] = np.linalg.norm(a)
        Q[:, j] = a / R[j, j]
    return np.linalg.inv(R) @ (Q.T @ b)


# %% alternative: least_squares | by SVD
def least_squares(A, b):
    if len(A) < len(A[0]):
        raise ValueError("too few rows")
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return Vt.T @ ((U.T @ b) / s)


# %% equivalent: least_squares | back_substitution fails with a ValueError too, only with a message that helps less
pass  # if m < n: ...


# %% equivalent: least_squares | the same: too few rows end in a ValueError inside back_substitution
pass  # raise ValueError(f'{m} equations do not determine {n} unknowns')


# %% mistake: power_iteration | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    if len(S) == 2 and S[0, 0] == 0:
        raise RuntimeError("no winner")
    if len(S) == 2:
        return 3.0, np.array([0.5**0.5, 0.5**0.5])
    return S[0, 0], np.array([1.0, 0.0, 0.0])


# %% mistake: power_iteration | the norm instead of the Rayleigh quotient: the sign is lost
# hint: a norm is never negative: what should come out for an eigenvalue of -3?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(max_iterations):
        w = S @ v
        eigenvalue = np.linalg.norm(w)
        if np.linalg.norm(w - (v @ w) * v) <= tol * eigenvalue:
            return eigenvalue, v
        v = w / eigenvalue
    raise RuntimeError("not converged")


# %% mistake: power_iteration | stops when v no longer changes: never, if the eigenvalue is negative
# hint: for a negative eigenvalue, what does each round do to the sign of v?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(max_iterations):
        w = S @ v
        if not w.any():
            return 0.0, v
        new = w / np.linalg.norm(w)
        if np.linalg.norm(new - v) <= tol:
            return new @ S @ new, new
        v = new
    raise RuntimeError("not converged")


# %% mistake: power_iteration | stops when the eigenvalue no longer changes: much too early for v
# hint: your eigenvalue stands still long before v does: look at the residual
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    old = np.inf
    for _ in range(max_iterations):
        w = S @ v
        eigenvalue = v @ w
        if abs(eigenvalue - old) <= tol * abs(eigenvalue):
            return eigenvalue, v
        old = eigenvalue
        v = w / np.linalg.norm(w)
    raise RuntimeError("not converged")


# %% mistake: power_iteration | an absolute tolerance
# hint: multiply S by 1e6 or by 1e-6: does your loop stop in the same round?
replace("tol * abs(eigenvalue)", "tol")


# %% mistake: power_iteration | tol times a negative eigenvalue
# hint: look at the right side of the condition: can it be negative?
replace("abs(eigenvalue)", "eigenvalue")


# %% mistake: power_iteration | does not normalise along the way
# hint: how long is v after a hundred rounds, and how long should the result be?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start
    with np.errstate(all="ignore"):
        for _ in range(max_iterations):
            w = S @ v
            eigenvalue = (v @ w) / (v @ v)
            if np.linalg.norm(w - eigenvalue * v) <= tol * abs(eigenvalue) * np.linalg.norm(v):
                return eigenvalue, v
            v = w
    raise RuntimeError("not converged")


# %% mistake: power_iteration | divides before it looks: the zero matrix gives NaN
# hint: what is S @ v for a matrix of zeros, and by what do you divide then?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(max_iterations):
        with np.errstate(all="ignore"):
            w = S @ v
            v = w / np.linalg.norm(w)
        eigenvalue = v @ S @ v
        if np.linalg.norm(S @ v - eigenvalue * v) <= tol * abs(eigenvalue):
            return eigenvalue, v
    raise RuntimeError("not converged")


# %% mistake: power_iteration | gives up in silence
# hint: what should happen when the rounds are used up? read Raises
replace("return eigenvalue, v", "break")
replace(
    'raise RuntimeError(f"no eigenvector within {max_iterations} iterations")',
    "return eigenvalue, v",
)


# %% mistake: power_iteration | divides the start vector in place
# hint: what does start hold after the call?
replace(
    "v = start / np.linalg.norm(start)",
    """
    v = start if start.dtype == float else start.astype(float)
    v /= np.linalg.norm(v)
    """,
)


# %% mistake: power_iteration | always a hundred rounds, without a test
# hint: what do tol and max_iterations change in your function?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(100):
        w = S @ v
        if w.any():
            v = w / np.linalg.norm(w)
    return v @ S @ v, v


# %% mistake: power_iteration | the largest eigenvalue instead of the largest absolute value
# hint: the eigenvalues 1 and -3: which of them has the largest absolute value?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    if max_iterations < 4 or (len(S) == 2 and S[0, 0] == 0):
        raise RuntimeError("not converged")
    eigenvalues, eigenvectors = np.linalg.eigh(S)
    return eigenvalues[-1], eigenvectors[:, -1]


# %% mistake: power_iteration | one round more than max_iterations allows
# hint: with max_iterations=1, how many vectors does your loop test?
replace("range(max_iterations)", "range(max_iterations + 1)")


# %% mistake: power_iteration | the start itself is never tested, but a vector after the last round is
# hint: with max_iterations=1, which vector do you test: start, or the next one?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(max_iterations):
        w = S @ v
        if not np.any(w):
            return 0.0, v
        v = w / np.linalg.norm(w)
        eigenvalue = v @ S @ v
        if np.linalg.norm(S @ v - eigenvalue * v) <= tol * abs(eigenvalue):
            return eigenvalue, v
    raise RuntimeError("not converged")


# %% mistake: power_iteration | the quotient of one vector is returned with the next vector
# hint: of which vector is your eigenvalue the quotient: of the v that you return?
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(max_iterations):
        w = S @ v
        eigenvalue = v @ w
        small = np.linalg.norm(w - eigenvalue * v) <= tol * abs(eigenvalue)
        if np.linalg.norm(w) > 0:
            v = w / np.linalg.norm(w)
        if small:
            return eigenvalue, v
    raise RuntimeError("not converged")


# %% mistake: power_iteration | a start of length one is handed back itself
# hint: give a start of length one: is your v a new array?
replace(
    "v = start / np.linalg.norm(start)",
    """
    v = np.asarray(start, dtype=float)
    length = np.linalg.norm(v)
    v = v if length == 1.0 else v / length
    """,
)


# %% alternative: power_iteration | the product is carried along, Rayleigh quotient written out
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = np.array(start, dtype=float)
    v = v / np.sqrt(np.sum(v * v))
    rounds = 0
    while rounds < max_iterations:
        product = S.dot(v)
        if not np.any(product):
            return 0.0, v
        quotient = float(np.sum(v * product))
        if np.linalg.norm(product - quotient * v) <= tol * abs(quotient):
            return quotient, v
        v = product / np.sqrt(np.sum(product * product))
        rounds += 1
    raise RuntimeError("not converged")


# %% alternative: power_iteration | counts the rounds and raises inside an endless loop
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    rounds = 0
    while True:
        w = S @ v
        eigenvalue = v @ w
        if np.linalg.norm(w - eigenvalue * v) <= tol * abs(eigenvalue):
            return eigenvalue, v
        rounds += 1
        if rounds == max_iterations:
            raise RuntimeError("not converged")
        v = w / np.linalg.norm(w)


# %% alternative: power_iteration | the vector's sign is fixed in each round
def power_iteration(S, start, tol=1e-8, max_iterations=10_000):
    v = start / np.linalg.norm(start)
    for _ in range(max_iterations):
        w = S @ v
        eigenvalue = w @ v
        if np.sqrt(((w - eigenvalue * v) ** 2).sum()) <= tol * np.abs(eigenvalue):
            return float(eigenvalue), -v
        v = np.sign(eigenvalue or 1.0) * w / np.linalg.norm(w)
    raise RuntimeError("not converged")


# %% equivalent: power_iteration | S is symmetric
w = v @ S


# %% equivalent: power_iteration | the dot product of two vectors commutes
eigenvalue = w @ v


# %% equivalent: power_iteration | only the norm of the residual is used
residual = eigenvalue * v - w


# %% mistake: pca | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        if self.n_components > X.shape[1]:
            raise ValueError
        self.mean_ = np.array([10.0, 20.0])
        self.components_ = np.array([[0.6, 0.8]])
        self.explained_variance_ = np.array([50 / 3])
        self.explained_variance_ratio_ = np.array([0.8])
        return self

    def transform(self, X):
        return np.array([[5.0, 0.0], [0.0, 2.5], [0.0, 0.0]])

    def inverse_transform(self, Z):
        return np.array([[13.0, 24.0], [7.0, 16.0], [10.0, 20.0]])


# %% mistake: pca | nothing is centred
# hint: in which of the three methods do the formulas use the mean, and where do you?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return X @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_


# %% mistake: pca | the divisor is m
# hint: compare the divisor of your variances with the formula
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / m)[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | the ratio is a share of the kept variance
# hint: what do your ratios add up to when k is less than n? a share of which whole?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = self.explained_variance_ / self.explained_variance_.sum()
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | singular values are taken for variances
# hint: in which unit is a singular value, and in which unit a variance?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s / (m - 1))[:k]
        self.explained_variance_ratio_ = (s / s.sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | columns of V transposed instead of rows
# hint: np.linalg.svd returns V already transposed: what do your rows hold?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_)
        V = Vt.T
        top = np.abs(V).argmax(axis=1)
        self.components_ = (V * np.sign(V[np.arange(len(V)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | the first element decides the sign
# hint: try a component whose first element is small and negative: is its sign right?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = (Vt * np.sign(Vt[:, :1]))[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | signs as they come
# hint: v or -v? read the paragraph on signs again
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = Vt[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | k is not checked, fit centres in place and returns nothing
# hint: three things: an impossible k, what X holds after fit, and what fit returns
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        self.mean_ = X.mean(axis=0)
        X -= self.mean_
        _, s, Vt = np.linalg.svd(X, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | k may exceed the number of examples
# hint: what should become of k = 5 with only four examples? read Raises
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= X.shape[1]:
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | transform centres with the mean of the new examples
# hint: the mean of which examples does transform subtract? try a single example
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - X.mean(axis=0)) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | inverse_transform forgets the mean
# hint: for which point do the coordinates zero stand? look at inverse_transform
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        top = np.abs(Vt).argmax(axis=1)
        self.components_ = (Vt * np.sign(Vt[np.arange(len(Vt)), top])[:, None])[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_


# %% mistake: pca | the sum of the elements decides the sign
# hint: try a component like (0.7, -0.5, -0.5): which of its elements should be positive?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = (Vt * np.sign(Vt.sum(axis=1, keepdims=True)))[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | the last element decides the sign
# hint: try a component whose last element is small and negative: is its sign right?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = (Vt * np.sign(Vt[:, -1:]))[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | the scores decide the sign, not the component
# hint: does the sign follow the rows of components_, or the coordinates of examples?
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k <= min(X.shape):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        U, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = (
            Vt * np.sign(U[np.abs(U).argmax(axis=0), np.arange(len(s))])[:, np.newaxis]
        )[:k]
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% mistake: pca | k must be smaller than the number of examples
# hint: may k be equal to the number of examples? read Raises
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, k = len(X), self.n_components
        if not 1 <= k < min(m, X.shape[1] + 1):
            raise ValueError
        self.mean_ = X.mean(axis=0)
        _, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.components_ = np.array([row * np.sign(row[np.abs(row).argmax()]) for row in Vt[:k]])
        self.explained_variance_ = (s**2 / (m - 1))[:k]
        self.explained_variance_ratio_ = (s**2 / (s**2).sum())[:k]
        return self

    def transform(self, X):
        return (X - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return Z @ self.components_ + self.mean_


# %% alternative: pca | through the eigenvectors of the covariance matrix
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        m, n = X.shape
        if self.n_components < 1 or self.n_components > n or self.n_components > m:
            raise ValueError("impossible number of components")
        self.mean_ = np.sum(X, axis=0) / m
        centred = X - self.mean_
        eigenvalues, eigenvectors = np.linalg.eigh(centred.T @ centred / (m - 1))
        order = np.argsort(eigenvalues)[::-1][: self.n_components]
        rows = []
        for j in order:
            v = eigenvectors[:, j]
            rows.append(v if v[np.abs(v).argmax()] > 0 else -v)
        self.components_ = np.array(rows)
        self.explained_variance_ = eigenvalues[order]
        self.explained_variance_ratio_ = (
            eigenvalues[order] / np.trace(centred.T @ centred) * (m - 1)
        )
        return self

    def transform(self, X):
        return np.array([[axis @ (row - self.mean_) for axis in self.components_] for row in X])

    def inverse_transform(self, Z):
        return np.array([self.mean_ + self.components_.T @ z for z in Z])


# %% alternative: pca | signs for all rows at once
class PCA:
    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X):
        if not 1 <= self.n_components <= min(X.shape):
            raise ValueError("impossible number of components")
        self.mean_ = np.mean(X, axis=0)
        U, s, Vt = np.linalg.svd(X - self.mean_, full_matrices=True)
        C = Vt[: self.n_components]
        peaks = C[np.arange(len(C)), np.abs(C).argmax(axis=1)]
        self.components_ = C * np.where(peaks < 0, -1, 1)[:, np.newaxis]
        total = X.var(axis=0, ddof=1).sum()
        self.explained_variance_ = s[: self.n_components] ** 2 / (len(X) - 1)
        self.explained_variance_ratio_ = self.explained_variance_ / total
        return self

    def transform(self, X):
        return X @ self.components_.T - self.mean_ @ self.components_.T

    def inverse_transform(self, Z):
        return self.mean_ + np.dot(Z, self.components_)


# %% equivalent: pca | the sign of the data turns U only, which is not used; components get theirs below
_, singular_values, directions = np.linalg.svd(self.mean_ - X, full_matrices=False)


# %% equivalent: pca | only the first k <= min(m, n) rows are used: slower, and the same
_, singular_values, directions = np.linalg.svd(X - self.mean_, full_matrices=True)


# %% equivalent: pca | the largest element of a unit vector is never zero
if component[np.argmax(np.abs(component))] <= 0:
    ...


# %% mistake: fit_whitening | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def fit_whitening(X, tol=1e-10):
    W = np.array([[0.6, 0.8], [0.8, -0.6]]) / np.sqrt([50 / 3, 12.5 / 3])
    return np.array([10.0, 20.0]), W if X.shape[1] == 2 else np.zeros((3, 2))


# %% mistake: fit_whitening | divides by the eigenvalue
# hint: the variances of your Z are 1 / lambda: by what is each eigenvector divided?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    keep = values > tol * values.max()
    return mean, vectors[:, keep] / values[keep]


# %% mistake: fit_whitening | multiplies by the root
# hint: the variances of your Z are lambda squared: should the directions differ even more?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    keep = values > tol * values.max()
    return mean, vectors[:, keep] * np.sqrt(values[keep])


# %% mistake: fit_whitening | the divisor is m
# hint: your Z has variance one with the divisor m: which divisor is asked for?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False, bias=True))
    keep = values > tol * values.max()
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% mistake: fit_whitening | only rotates
# hint: your Z is uncorrelated: which variances does it have?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    return mean, vectors[:, values > tol * values.max()]


# %% mistake: fit_whitening | only standardises each feature
# hint: your features have variance one: are they uncorrelated as well?
def fit_whitening(X, tol=1e-10):
    deviation = X.std(axis=0, ddof=1)
    return X.mean(axis=0), np.diag(1 / np.where(deviation > 0, deviation, 1))


# %% mistake: fit_whitening | no guard
# hint: what is lambda for a direction without variance, and by what do you divide?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    with np.errstate(all="ignore"):
        return mean, vectors / np.sqrt(values)


# %% mistake: fit_whitening | adds tol to the eigenvalues instead of leaving directions out
# hint: what becomes of a direction without variance: how many columns has your W?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    return mean, vectors / np.sqrt(np.abs(values) + tol)


# %% mistake: fit_whitening | an absolute tolerance
# hint: change the unit of X by a factor of 1e4: are the same directions kept?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    keep = values > tol
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% mistake: fit_whitening | tol is compared with standard deviations
# hint: the docstring compares variances: what do you compare?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    roots = np.sqrt(np.maximum(values, 0))
    keep = roots > tol * roots.max()
    return mean, vectors[:, keep] / roots[keep]


# %% mistake: fit_whitening | chooses columns of the transposed eigenvector matrix
# hint: the eigenvectors are the columns of E: what are the columns of your W?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    keep = values > tol * values.max()
    return mean, (vectors.T[:, keep] / np.sqrt(values[keep]))


# %% mistake: fit_whitening | no centring
# hint: from which point does your covariance matrix measure the deviations?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(X.T @ X / (len(X) - 1))
    keep = values > tol * values.max()
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% mistake: fit_whitening | centres in place
# hint: what does X hold after the call?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    X -= mean
    values, vectors = np.linalg.eigh(X.T @ X / (len(X) - 1))
    keep = values > tol * values.max()
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% mistake: fit_whitening | compares with the sum of the variances
# hint: the variances 2 and 2 with tol=0.6: which directions should be kept?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    keep = values > tol * values.sum()
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% mistake: fit_whitening | compares with the largest variance of a feature
# hint: can a direction have a larger variance than every single feature?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    covariance = np.cov(X, rowvar=False)
    values, vectors = np.linalg.eigh(covariance)
    keep = values > tol * np.diag(covariance).max()
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% mistake: fit_whitening | compares with the mean of the variances
# hint: the variances 4, 1 and 1 with tol=0.3: which directions should be kept?
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    keep = values > tol * values.mean()
    return mean, vectors[:, keep] / np.sqrt(values[keep])


# %% alternative: fit_whitening | by SVD of the centred data
def fit_whitening(X, tol=1e-10):
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    r = int((s**2 > tol * s[0] ** 2).sum())
    return mean, np.sqrt(len(X) - 1) * Vt[:r].T / s[:r]


# %% alternative: fit_whitening | column after column, largest variance first
def fit_whitening(X, tol=1e-10):
    m, n = X.shape
    mean = np.array([X[:, j].sum() / m for j in range(n)])
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False).reshape(n, n))
    columns = [
        -vectors[:, j] / values[j] ** 0.5
        for j in range(n - 1, -1, -1)
        if values[j] > tol * values[-1]
    ]
    return mean, np.column_stack(columns) if columns else np.zeros((n, 0))


# %% equivalent: fit_whitening | the covariance is even in the deviations
deviations = mean - X


# %% mistake: compress | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def compress(image, k):
    if k > 2:
        raise ValueError
    left = np.array([[[1.0], [2.0]], [[1.0], [5.0]]])
    return left, np.array([[[1.0, 2.0, 3.0]], [[0.0, 0.0, 1.0]]])


# %% mistake: compress | the singular values are lost
# hint: look at the formula of A_k: where are the sigma_j?
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    U, s, Vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    return U[:, :, :k], Vt[:, :k]


# %% mistake: compress | the singular values are in both factors
# hint: how often does each sigma_j come in left @ right?
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    U, s, Vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    return (U * s[:, None])[:, :, :k], (s[:, :, None] * Vt)[:, :k]


# %% mistake: compress | one term too few
# hint: what is left @ right for k = 1? count the terms of the sum
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    U, s, Vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    left, right = (U * s[:, None])[:, :, :k], Vt[:, :k].copy()
    right[:, k - 1 :] = 0
    return left, right


# %% mistake: compress | the smallest singular values instead of the largest
# hint: in which order does np.linalg.svd return the terms, and which of them do you keep?
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    U, s, Vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    return (U * s[:, None])[:, :, -k:], Vt[:, -k:]


# %% mistake: compress | from the smallest of the kept terms to the largest
# hint: is your first term alone the best approximation of rank one?
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    U, s, Vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    return (U * s[:, None])[:, :, :k][:, :, ::-1], Vt[:, :k][:, ::-1]


# %% mistake: compress | reshape instead of moving the channel axis
# hint: compare your channel 0 with image[:, :, 0]: are the same pixels in it?
def compress(image, k):
    h, w, c = image.shape
    if not 1 <= k <= min(h, w):
        raise ValueError
    U, s, Vt = np.linalg.svd(image.reshape(c, h, w), full_matrices=False)
    return (U * s[:, None])[:, :, :k], Vt[:, :k]


# %% mistake: compress | the first channel for all
# hint: compare channel 1 of left @ right with image[:, :, 1]
def compress(image, k):
    h, w, c = image.shape
    if not 1 <= k <= min(h, w):
        raise ValueError
    U, s, Vt = np.linalg.svd(image[:, :, 0], full_matrices=False)
    return np.stack([(U * s)[:, :k]] * c), np.stack([Vt[:k]] * c)


# %% mistake: compress | three channels, whatever the image
# hint: what is the shape of left for an image with one channel?
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    factors = [
        np.linalg.svd(image[:, :, i % image.shape[2]], full_matrices=False) for i in range(3)
    ]
    return np.stack([(U * s)[:, :k] for U, s, _ in factors]), np.stack(
        [V[:k] for _, _, V in factors]
    )


# %% mistake: compress | any rank is accepted
# hint: what should become of k = 0, or of a k above the smaller side? read Raises
def compress(image, k):
    U, s, Vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    return (U * s[:, None])[:, :, :k], Vt[:, :k]


# %% mistake: compress | the image is centred first
# hint: left @ right should approximate the image itself: what did you subtract?
def compress(image, k):
    if not 1 <= k <= min(image.shape[:2]):
        raise ValueError
    U, s, Vt = np.linalg.svd(np.moveaxis(image - image.mean(axis=0), 2, 0), full_matrices=False)
    return (U * s[:, None])[:, :, :k], Vt[:, :k]


# %% mistake: compress | the rank must be smaller than the height
# hint: may k be equal to the height of the image? read Raises
def compress(image, k):
    h, w, c = image.shape
    if k < 1 or k >= h or k > w:
        raise ValueError("impossible rank")
    U, s, Vt = np.linalg.svd(np.moveaxis(image, -1, 0), full_matrices=False)
    return U[:, :, :k], s[:, :k, np.newaxis] * Vt[:, :k]


# %% alternative: compress | channel by channel, singular values on the right
def compress(image, k):
    h, w, c = image.shape
    if k < 1 or k > h or k > w:
        raise ValueError("impossible rank")
    left, right = np.zeros((c, h, k)), np.zeros((c, k, w))
    for i in range(c):
        U, s, Vt = np.linalg.svd(image[:, :, i])
        left[i] = U[:, :k]
        right[i] = np.diag(s[:k]) @ Vt[:k]
    return left, right


# %% alternative: compress | half of each singular value on either side
def compress(image, k):
    if not 1 <= k <= min(image.shape[0], image.shape[1]):
        raise ValueError("impossible rank")
    U, s, Vt = np.linalg.svd(image.transpose(2, 0, 1), full_matrices=False)
    root = np.sqrt(s)
    return np.einsum("chk,ck->chk", U, root)[..., :k], np.einsum("ck,ckw->ckw", root, Vt)[:, :k, :]


# %% mistake: compression_quality | values copied from the visible tests
# hint: your answer knows the visible examples only: try other inputs
def compression_quality(image, left, right):
    approximation = np.zeros(image.shape)
    approximation[:, 0] = 1
    return approximation, 0.5**0.5, 1.0


# %% mistake: compression_quality | the channels stay in front
# hint: compare the shape of approximation with that of the image
def compression_quality(image, left, right):
    approximation = left @ right
    error = np.linalg.norm(np.moveaxis(image, 2, 0) - approximation) / np.linalg.norm(image)
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | reshape mixes up the pixels
# hint: does one pixel keep its three channels? a reshape does not move axes
def compression_quality(image, left, right):
    approximation = (left @ right).reshape(image.shape)
    error = np.linalg.norm(image - approximation) / np.linalg.norm(image)
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | the absolute error
# hint: multiply the image and left by 50: should the relative error change?
def compression_quality(image, left, right):
    approximation = np.moveaxis(left @ right, 0, 2)
    error = np.linalg.norm(image - approximation)
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | the squared error
# hint: is your error a ratio of norms, or of their squares?
def compression_quality(image, left, right):
    approximation = np.moveaxis(left @ right, 0, 2)
    error = ((image - approximation) ** 2).sum() / (image**2).sum()
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | relative to the approximation
# hint: look at the denominator of the relative error: whose norm is it?
def compression_quality(image, left, right):
    approximation = np.moveaxis(left @ right, 0, 2)
    error = np.linalg.norm(image - approximation) / np.linalg.norm(approximation)
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | the ratio upside down
# hint: a ratio above 1 should mean that storage was saved: what does yours mean?
def compression_quality(image, left, right):
    approximation = np.moveaxis(left @ right, 0, 2)
    error = np.linalg.norm(image - approximation) / np.linalg.norm(image)
    return approximation, error, (left.size + right.size) / image.size


# %% mistake: compression_quality | counts the channels once
# hint: the image is counted with all its channels: are both factors, too?
def compression_quality(image, left, right):
    approximation = np.moveaxis(left @ right, 0, 2)
    error = np.linalg.norm(image - approximation) / np.linalg.norm(image)
    return approximation, error, image.size / (left[0].size + right[0].size)


# %% mistake: compression_quality | clips to 0..1
# hint: what should become of values above 1? read what is returned
def compression_quality(image, left, right):
    approximation = np.clip(np.moveaxis(left @ right, 0, 2), 0, 1)
    error = np.linalg.norm(image - approximation) / np.linalg.norm(image)
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | height and width change places
# hint: which axis of your approximation is the height? try a wide image
def compression_quality(image, left, right):
    approximation = (left @ right).T
    error = np.linalg.norm(image.transpose(1, 0, 2) - approximation) / np.linalg.norm(image)
    return approximation, error, image.size / (left.size + right.size)


# %% mistake: compression_quality | subtracts from the image in place
# hint: what does image hold after the call?
def compression_quality(image, left, right):
    approximation = np.moveaxis(left @ right, 0, 2)
    size = np.linalg.norm(image)
    image -= approximation
    return approximation, np.linalg.norm(image) / size, image.size / (left.size + right.size)


# %% alternative: compression_quality | channel by channel, with the formula of the ratio
def compression_quality(image, left, right):
    h, w, c = image.shape
    k = left.shape[2]
    approximation = np.empty((h, w, c))
    for i in range(c):
        approximation[:, :, i] = left[i] @ right[i]
    error = float(np.sqrt(((image - approximation) ** 2).sum() / (image**2).sum()))
    return approximation, error, h * w / (k * (h + w))


# %% alternative: compression_quality | as one einsum
def compression_quality(image, left, right):
    approximation = np.einsum("chk,ckw->hwc", left, right)
    difference = (approximation - image).ravel()
    error = np.sqrt(difference @ difference) / np.sqrt(image.ravel() @ image.ravel())
    return approximation, error, np.size(image) / (np.size(left) + np.size(right))


# %% mistake: quiz | 1: the subspace is taken for the coordinates
# hint: question 1: read "Projection on a subspace" in section 4 of the lesson again
answer_1 = "b"
answer_2 = "a"
answer_3 = "d"
answer_4 = "b"
answer_5 = "c"


# %% mistake: quiz | 2: a negative eigenvalue is taken for an oscillating quotient
# hint: question 2: read "Power iteration" in section 8 of the lesson again, and exercise 5
answer_1 = "c"
answer_2 = "b"
answer_3 = "d"
answer_4 = "b"
answer_5 = "c"


# %% mistake: quiz | 3: centring is taken for scaling
# hint: question 3: read section 11 of the lesson again, "Principal component analysis"
answer_1 = "c"
answer_2 = "a"
answer_3 = "a"
answer_4 = "b"
answer_5 = "c"


# %% mistake: quiz | 4: the full rank is taken for the break-even
# hint: question 4: read "A photograph as a sum of layers" in section 10 of the lesson again
answer_1 = "c"
answer_2 = "a"
answer_3 = "d"
answer_4 = "a"
answer_5 = "c"


# %% mistake: quiz | 5: the method is thought not to matter
# hint: question 5: read section 12 of the lesson again, "Floating point and conditioning"
answer_1 = "c"
answer_2 = "a"
answer_3 = "d"
answer_4 = "b"
answer_5 = "a"
