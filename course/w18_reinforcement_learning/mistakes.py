"""Wrong and unusual right answers of week 18, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: evaluation | what stands in the rows of terminal states is read
# hint: what is P_pi in the row of a terminal state? nothing follows there
replace("P_pi[terminal] = 0", "")


# %% mistake: evaluation | a reward after the end
# hint: what is r_pi of a terminal state? which rows of R mean nothing?
replace("r_pi[terminal] = 0", "")


# %% mistake: evaluation | rewards on the way into the end are lost
# hint: in the worked example 9 is paid on the way into the end: where is it in your r_pi?
replace(
    'r_pi = np.einsum("sa,saz,saz->s", policy, P, R)',
    'r_pi = np.einsum("sa,saz,saz,z->s", policy, P, R, ~terminal)',
)


# %% mistake: evaluation | rewards of all next states count alike
# hint: a reward counts as much as its step is probable: where is P in your r_pi?
replace('np.einsum("sa,saz,saz->s", policy, P, R)', "(policy * R.mean(axis=2)).sum(axis=1)")


# %% mistake: evaluation | only the most likely next state counts
# hint: where may one action lead? compare your P_pi with a sum over all next states
replace(
    'P_pi = np.einsum("sa,saz->sz", policy, P)',
    """
    likely = np.eye(len(terminal))[P.argmax(axis=2)]
    P_pi = np.einsum("sa,saz->sz", policy, likely)
    """,
)


# %% mistake: evaluation | the policy's most likely action counts alone
# hint: in the worked example the policy goes left now and then: is it in your numbers?
replace(
    'P_pi = np.einsum("sa,saz->sz", policy, P)',
    """
    policy = np.eye(P.shape[1])[policy.argmax(axis=1)]
    P_pi = np.einsum("sa,saz->sz", policy, P)
    """,
)


# %% mistake: evaluation | columns in the place of rows
# hint: your P_pi leads from column to row: from state s to state z it is [s, z]
replace('"sa,saz->sz"', '"sa,saz->zs"')


# %% mistake: evaluation | rewards by the source state
# hint: R[s, a, z] belongs to the step from s to z: which axis do you sum over?
replace('"sa,saz,saz->s"', '"sa,saz,zas->s"')


# %% mistake: evaluation | P is changed in place
# hint: what do P and R hold after your call? set rows of the results to zero
replace(
    'P_pi = np.einsum("sa,saz->sz", policy, P)',
    'P[terminal] = 0\nP_pi = np.einsum("sa,saz->sz", policy, P)',
)


# %% mistake: evaluation | the system without the discount
# hint: where is gamma in your linear system?
replace("np.eye(len(r_pi)) - gamma * P_pi", "np.eye(len(r_pi)) - P_pi")


# %% mistake: evaluation | the system's sign
# hint: bring gamma P_pi V to the other side of the equation: which sign has it there?
replace("np.eye(len(r_pi)) - gamma * P_pi", "np.eye(len(r_pi)) + gamma * P_pi")


# %% mistake: evaluation | a hundred sweeps in the place of the system
# hint: the exact values are asked: how large is gamma to the power of your number of sweeps?
replace(
    "return np.linalg.solve(np.eye(len(r_pi)) - gamma * P_pi, r_pi)",
    """
    V = np.zeros(len(r_pi))
    for _ in range(100):
        V = r_pi + gamma * P_pi @ V
    return V
    """,
)


# %% mistake: evaluation | a sweep reads what it has just written
# hint: does your sweep read values of the same sweep? keep old and new apart
replace(
    "history[k + 1] = r_pi + gamma * P_pi @ history[k]",
    """
    history[k + 1] = history[k]
    for s in range(len(r_pi)):
        history[k + 1, s] = r_pi[s] + gamma * P_pi[s] @ history[k + 1]
    """,
)


# %% mistake: evaluation | begins with the rewards
# hint: row 0 is before the first sweep: what do you know then?
replace(
    "history = np.zeros((count + 1, len(r_pi)))",
    """
    history = np.zeros((count + 1, len(r_pi)))
    history[0] = r_pi
    """,
)


# %% mistake: evaluation | only the last sweep
# hint: all sweeps are asked, one in each row
replace("return history", "return history[-1]")


# %% alternative: evaluation | loops over states and actions
def policy_model(P, R, terminal, policy):
    S, A, _ = P.shape
    P_pi, r_pi = np.zeros((S, S)), np.zeros(S)
    for s in range(S):
        if terminal[s]:
            continue
        for a in range(A):
            P_pi[s] += policy[s, a] * P[s, a]
            r_pi[s] += policy[s, a] * np.dot(P[s, a], R[s, a])
    return P_pi, r_pi


def exact_values(P, R, terminal, policy, gamma):
    P_pi, r_pi = policy_model(P, R, terminal, policy)
    inside = np.flatnonzero(~terminal)
    V = np.zeros(len(r_pi))
    M = np.identity(len(inside)) - gamma * P_pi[np.ix_(inside, inside)]
    V[inside] = np.linalg.inv(M) @ r_pi[inside]
    return V


def sweeps(P, R, terminal, policy, gamma, count):
    P_pi, r_pi = policy_model(P, R, terminal, policy)
    rows = [np.zeros_like(r_pi)]
    while len(rows) <= count:
        rows.append(r_pi + gamma * rows[-1] @ P_pi.T)
    return np.stack(rows)


# %% alternative: evaluation | masks in the place of assignments, lists in the place of arrays
replace(
    """
    P_pi[terminal] = 0
    r_pi[terminal] = 0
    return P_pi, r_pi
    """,
    "return np.where(terminal[:, None], 0.0, P_pi), np.where(terminal, 0.0, r_pi)",
)
replace(
    """
    history = np.zeros((count + 1, len(r_pi)))
    for k in range(count):
        history[k + 1] = r_pi + gamma * P_pi @ history[k]
    return history
    """,
    """
    V, history = np.zeros(len(terminal)), []
    for _ in range(count + 1):
        history.append(V)
        V = r_pi + gamma * (P_pi @ V)
    return history
    """,
)


# %% mistake: planning | the value of a terminal state is read
# hint: V may hold anything at a terminal state: as what does it count?
replace("np.where(terminal, 0.0, V)", "V")


# %% mistake: planning | steps that begin in a terminal state
# hint: what is Q in the row of a terminal state?
replace("Q[terminal] = 0", "")


# %% mistake: planning | the reward into the end is lost as well
# hint: 9 is paid on the way into the end: is it in your Q[1]?
replace("R + gamma * future", "(R + gamma * V) * ~terminal")


# %% mistake: planning | V is changed in place
# hint: what does V hold after the call of your action_values?
replace("future = np.where(terminal, 0.0, V)", "future = V\nfuture[terminal] = 0")


# %% mistake: planning | the discount is forgotten
# hint: a value one step later counts gamma times as much
replace("gamma * future", "future")


# %% mistake: planning | the discount on the reward, too
# hint: the reward of this step is not discounted yet
replace("R + gamma * future", "gamma * (R + future)")


# %% mistake: planning | only the most likely outcome
# hint: an action may lead to several states: does your Q weigh all of them?
replace(
    "(P * (R + gamma * future)).sum(axis=2)",
    """
    np.take_along_axis(R + gamma * future, P.argmax(axis=2)[..., None], axis=2)[..., 0]
    """,
)


# %% mistake: planning | rewards by the source
# hint: R[s, a, z] belongs to the step from s to z
replace("R + gamma * future", "R.transpose(2, 1, 0) + gamma * future")


# %% mistake: planning | the first of the best actions alone
# hint: two actions are equally good: are both in your answer?
replace(
    "Q.max(axis=1, keepdims=True) - Q <= tolerance",
    "np.eye(Q.shape[1], dtype=bool)[Q.argmax(axis=1)]",
)


# %% mistake: planning | equal to the last bit
# hint: is 0.1 + 0.2 as good as 0.3 for you? use the tolerance
replace("- Q <= tolerance", "- Q <= 0")


# %% mistake: planning | the best of all states
# hint: each state has a best action of its own: along which axis is your maximum?
replace("Q.max(axis=1, keepdims=True)", "Q.max()")


# %% mistake: planning | a relative tolerance
# hint: worse by at most the tolerance, whatever the size of the values
replace("- Q <= tolerance", "- Q <= tolerance * np.abs(Q)")


# %% mistake: planning | the average over the actions
# hint: what is the best action worth, in the place of the average one?
replace(".max(axis=1)\n", ".mean(axis=1)\n")


# %% mistake: planning | the last state decides when to stop
# hint: the largest change of all states decides
replace("np.abs(new - V).max()", "np.abs(new - V)[-1]")


# %% mistake: planning | changes below zero count as small
# hint: a value that falls changes, too: take the absolute change
replace("np.abs(new - V).max()", "(new - V).max()")


# %% mistake: planning | returns the values before the last sweep
# hint: the last sweep counts: which values do you return?
replace(
    """
    V, count = new, count + 1
    if count == horizon or (horizon is None and change <= tolerance):
        return V, count
    """,
    """
    count += 1
    if count == horizon or (horizon is None and change <= tolerance):
        return V, count
    V = new
    """,
)


# %% mistake: planning | the horizon is only the most sweeps
# hint: with a horizon exactly so many sweeps are made, also when nothing changes any more
replace("(horizon is None and change <= tolerance)", "change <= tolerance")


# %% mistake: planning | one sweep more than the horizon
# hint: how many sweeps do you make with horizon=1?
replace("count == horizon", "horizon is not None and count > horizon")


# %% mistake: planning | sweeps in place
# hint: does a sweep read values of the same sweep? news travels one step a sweep
replace(
    "new = action_values(P, R, terminal, V, gamma).max(axis=1)",
    """
    new = V.copy()
    for s in range(len(V)):
        new[s] = action_values(P, R, terminal, new, gamma)[s].max()
    """,
)


# %% alternative: planning | einsum, and a loop that counts down
def action_values(P, R, terminal, V, gamma):
    goes_on = 1.0 - np.asarray(terminal, dtype=float)
    values = np.einsum("saz,saz->sa", P, R)
    values = values + gamma * np.tensordot(P, goes_on * V, axes=1)
    return goes_on[:, None] * values


def optimal_actions(Q, tolerance=1e-9):
    return np.array([[bool(max(row) - q <= tolerance) for q in row] for row in Q])


def value_iteration(P, R, terminal, gamma, tolerance=1e-10, horizon=None):
    V = np.zeros(P.shape[0])
    for count in range(1, 10**9):
        before = V
        V = np.max(action_values(P, R, terminal, before, gamma), axis=1)
        if horizon is None:
            if np.allclose(V, before, rtol=0, atol=tolerance):
                break
        elif count >= horizon:
            break
    return V, count


# %% alternative: planning | not far below the best
replace(
    "Q.max(axis=1, keepdims=True) - Q <= tolerance",
    "np.greater_equal(Q, np.amax(Q, axis=1)[:, None] - tolerance)",
)


# %% mistake: bandits | the first of the best levers gets everything
# hint: two levers are equally good: what does each of them get?
replace(
    "values == values.max(axis=1, keepdims=True)",
    "np.eye(values.shape[1])[values.argmax(axis=1)]",
)


# %% mistake: bandits | exploring leaves out the best
# hint: what do the probabilities of a row sum to? exploring may hit the best lever, too
replace(
    "epsilon / values.shape[1] + (1 - epsilon)",
    "epsilon / values.shape[1] * ~best + (1 - epsilon)",
)


# %% mistake: bandits | explores among the others only
# hint: with epsilon = 1 all levers are equally likely: what do you get?
replace(
    "return epsilon / values.shape[1] + (1 - epsilon) * best / best.sum(axis=1, keepdims=True)",
    """
    greedy = best / best.sum(axis=1, keepdims=True)
    others = ~best / np.maximum((~best).sum(axis=1, keepdims=True), 1)
    return epsilon * others + (1 - epsilon) * greedy
    """,
)


# %% mistake: bandits | every best lever gets the whole rest
# hint: what do the probabilities of a row sum to, when two levers are equally good?
replace("best / best.sum(axis=1, keepdims=True)", "best")


# %% mistake: bandits | epsilon the wrong way round
# hint: with epsilon = 0.2 how often is a best lever pulled?
replace(
    "epsilon / values.shape[1] + (1 - epsilon) * best",
    "(1 - epsilon) / values.shape[1] + epsilon * best",
)


# %% mistake: bandits | the best of all players
# hint: each player has a best lever of its own: along which axis is your maximum?
replace("values.max(axis=1, keepdims=True)", "values.max()")


# %% mistake: bandits | the best lever starts from zero
# hint: all values may be below zero: what is your highest then?
replace("values.max(axis=1, keepdims=True)", "np.maximum(values.max(axis=1, keepdims=True), 0)")


# %% mistake: bandits | levers that were never pulled are no better than others
# hint: a lever that was never pulled comes before all others
replace("np.where(counts == 0, np.inf, scores)", "scores")


# %% mistake: bandits | the bonus with the pulls of all levers
# hint: the bonus of a lever depends on how often this lever was pulled
replace("np.sqrt(2 * np.log(total) / tried)", "np.sqrt(2 * np.log(total) / total)")


# %% mistake: bandits | the logarithm of the lever's own pulls
# hint: t counts the pulls of all levers of a player
replace("np.log(total)", "np.log(tried)")


# %% mistake: bandits | the pulls of all players
# hint: players play apart: whose pulls does your t count?
replace("np.maximum(counts.sum(axis=1, keepdims=True), 1)", "counts.sum()")


# %% mistake: bandits | the factor two is forgotten
# hint: compare both scores with the worked example: 1.333 and 1.942
replace("2 * np.log(total)", "np.log(total)")


# %% mistake: bandits | no root
# hint: compare both scores with the worked example: 1.333 and 1.942
replace("np.sqrt(2 * np.log(total) / tried)", "2 * np.log(total) / tried")


# %% mistake: bandits | successes are not divided by pulls
# hint: the first part of the score is the share of pulls that paid
replace("successes / tried", "successes")


# %% mistake: bandits | the highest mean of the posterior
# hint: players who know nothing pull all levers equally often: where do you draw?
replace(
    "rng.beta(1 + successes, 1 + failures).argmax(axis=1)",
    "((1 + successes) / (2 + successes + failures)).argmax(axis=1)",
)


# %% mistake: bandits | one draw for all players
# hint: how many numbers do you draw? each player draws anew
replace(
    "return rng.beta(1 + successes, 1 + failures).argmax(axis=1)",
    """
    luck = rng.random(successes.shape[1])
    return stats.beta.ppf(luck, 1 + successes, 1 + failures).argmax(axis=1)
    """,
)


# %% mistake: bandits | no prior
# hint: what is known of a lever without any pull? compare with Beta(1 + s, 1 + f)
replace("rng.beta(1 + successes, 1 + failures)", "rng.beta(successes + 1e-3, failures + 1e-3)")


# %% mistake: bandits | failures and successes exchanged
# hint: which parameter of a Beta distribution counts successes?
replace("rng.beta(1 + successes, 1 + failures)", "rng.beta(1 + failures, 1 + successes)")


# %% mistake: bandits | pulls in the place of failures
# hint: the second parameter counts failures alone
replace("1 + failures)", "1 + successes + failures)")


# %% equivalent: bandits | after one pull another lever has none, and comes first
total = np.maximum(counts.sum(axis=1, keepdims=True), 2)


# %% alternative: bandits | a player at a time
def epsilon_greedy(values, epsilon):
    rows = []
    for row in values:
        best = np.flatnonzero(row == np.max(row))
        p = np.ones(len(row)) * epsilon / len(row)
        p[best] += (1 - epsilon) / len(best)
        rows.append(p)
    return np.vstack(rows)


def ucb(successes, counts):
    chosen = []
    for s, n in zip(successes, counts):
        never = np.flatnonzero(n == 0)
        if len(never):
            chosen.append(int(never[0]))
        else:
            chosen.append(int(np.argmax(s / n + np.sqrt(2 * np.log(np.sum(n)) / n))))
    return np.array(chosen)


def thompson(successes, failures, rng):
    return np.array(
        [np.argmax(rng.beta(s + 1, f + 1)) for s, f in zip(successes, failures)], dtype=np.int32
    )


# %% alternative: bandits | gamma variates in the place of Beta's
replace(
    "return rng.beta(1 + successes, 1 + failures).argmax(axis=1)",
    """
    one, two = rng.gamma(1.0 + successes), rng.gamma(1.0 + failures)
    return np.argmax(one / (one + two), axis=1)
    """,
)


# %% mistake: sarsa | the first of the best actions
# hint: two actions are equally good: how often do you choose the second of them?
replace("int(rng.choice(np.flatnonzero(q == q.max())))", "int(q.argmax())")


# %% mistake: sarsa | epsilon the wrong way round
# hint: with epsilon = 0 nothing is explored: what does your choose do then?
replace("rng.random() < epsilon", "rng.random() >= epsilon")


# %% mistake: sarsa | exploring leaves out the last action
# hint: which actions can your exploring choose? integers(n) stops at n - 1
replace("rng.integers(len(q))", "rng.integers(len(q) - 1)")


# %% mistake: sarsa | exploring only among the others
# hint: exploring chooses any action, the best one too
replace(
    "return int(rng.integers(len(q)))",
    "return int((q.argmax() + 1 + rng.integers(len(q) - 1)) % len(q))",
)


# %% mistake: sarsa | the best starts from zero
# hint: all values may be below zero: which action is best then?
replace(
    "np.flatnonzero(q == q.max())",
    "np.flatnonzero(q >= max(q.max(), 0)) if (q >= 0).any() else [0]",
)


# %% mistake: sarsa | the next action is chosen twice
# hint: the action in the target is the one that is taken: do you choose once more?
replace(
    "state, action = after, following",
    """
    state = after
    action = choose(Q[state], epsilon, rng)
    """,
)


# %% mistake: sarsa | the target of Q-learning
# hint: which action's value is in your target: the best one's, or the next one's?
replace("gamma * Q[after, following]", "gamma * Q[after].max()")


# %% mistake: sarsa | the target takes the expectation over the choices
# hint: the target has the action that is really taken next, not an average over actions
replace(
    "gamma * Q[after, following]",
    "gamma * (epsilon * Q[after].mean() + (1 - epsilon) * Q[after].max())",
)


# %% mistake: sarsa | bootstraps from the terminal state
# hint: the step terminated: what follows it? Q may hold anything there
replace("reward if terminated else reward + gamma", "reward + gamma")


# %% mistake: sarsa | the clock's end is taken for the world's
# hint: the step was truncated: does the world go on? which target has it?
replace("reward if terminated else", "reward if terminated or truncated else")


# %% mistake: sarsa | only the end of the world ends an episode
# hint: when is an episode over? look at truncated as well
replace("over = terminated or truncated", "over = terminated")


# %% mistake: sarsa | the same seed in every episode
# hint: which seed does the environment get in the second episode?
replace(
    """
    for episode in range(episodes):
        seed = int(rng.integers(2**31)) if episode == 0 else None
    """,
    """
    seed = int(rng.integers(2**31))
    for episode in range(episodes):
    """,
)


# %% mistake: sarsa | the environment gets no seed
# hint: where does the environment get its random numbers from? draw a seed from rng
replace("int(rng.integers(2**31)) if episode == 0 else None", "None")


# %% mistake: sarsa | the table that was given is changed
# hint: what does Q hold after your call? begin with a copy
replace("np.array(Q, dtype=np.float64)", "Q")


# %% mistake: sarsa | the returns are discounted
# hint: returns are plain sums of rewards
replace(
    "returns[episode] += reward",
    """
    returns[episode] += reward * gamma**steps
    steps += 1
    """,
)
replace("over = False\n", "over, steps = False, 0\n")


# %% mistake: sarsa | the learning rate on the target alone
# hint: by how much does your Q move when it equals the target already?
replace(
    "Q[state, action] += alpha * (target - Q[state, action])", "Q[state, action] += alpha * target"
)


# %% mistake: sarsa | the discount is forgotten
# hint: where is gamma in your target?
replace("gamma * Q[after, following]", "Q[after, following]")


# %% mistake: sarsa | a negative future counts as none
# hint: what is your target when the next action's value is below zero?
replace("gamma * Q[after, following]", "gamma * max(Q[after, following], 0)")


# %% mistake: sarsa | nothing is explored in the episode
# hint: with epsilon = 1 which actions does your agent take?
replace("following = choose(Q[after], epsilon, rng)", "following = choose(Q[after], 0.0, rng)")


# %% mistake: sarsa | the given values are ignored
# hint: with which action values does your agent begin, when some are given?
replace("np.zeros(shape) if Q is None else np.array(Q, dtype=np.float64)", "np.zeros(shape)")


# %% equivalent: sarsa | a random number is never exactly epsilon
if rng.random() <= epsilon:
    ...


# %% equivalent: sarsa | any whole number is a seed
seed = int(rng.integers(2 * 31)) if episode == 0 else None


# %% equivalent: sarsa | any whole number is a seed
seed = int(rng.integers(3**31)) if episode == 0 else None


# %% equivalent: sarsa | any whole number is a seed
seed = int(rng.integers(2**32)) if episode == 0 else None


# %% alternative: sarsa | chooses after the update, with a new seed for every episode
replace(
    "seed = int(rng.integers(2**31)) if episode == 0 else None", "seed = int(rng.integers(2**31))"
)
replace(
    "return int(rng.choice(np.flatnonzero(q == q.max())))",
    """
    best = [a for a in range(len(q)) if q[a] == max(q)]
    return best[int(rng.random() * len(best))]
    """,
)


# %% alternative: sarsa | one random number for both decisions, returns in a list
def choose(q, epsilon, rng):
    noise = rng.permutation(len(q))
    if rng.uniform() < epsilon:
        return int(noise[0])
    return int(max(noise, key=lambda a: q[a]))


def sarsa(world, episodes, alpha, gamma, epsilon, rng, Q=None):
    env = environments.make(world)
    if Q is None:
        Q = np.zeros((env.observation_space.n, env.action_space.n))
    Q = np.array(Q, float)
    returns, seed = [], int(rng.integers(1000000))
    for _ in range(episodes):
        s, _ = env.reset(seed=seed)
        seed = None
        a, total = choose(Q[s], epsilon, rng), 0.0
        while True:
            z, r, terminated, truncated, _ = env.step(a)
            total += r
            if terminated:
                Q[s, a] = (1 - alpha) * Q[s, a] + alpha * r
                break
            b = choose(Q[z], epsilon, rng)
            Q[s, a] = (1 - alpha) * Q[s, a] + alpha * (r + gamma * Q[z, b])
            if truncated:
                break
            s, a = z, b
        returns.append(total)
    return Q, np.array(returns)


# %% mistake: q_learning | the target of SARSA
# hint: your target changes with the action that is taken next: whose value should it have?
replace("Q[after].max()", "Q[after, choose(Q[after], epsilon, rng)]")


# %% mistake: q_learning | bootstraps from the terminal state
# hint: the step terminated: what follows it? Q may hold anything there
replace("reward if terminated else reward + gamma", "reward + gamma")


# %% mistake: q_learning | the clock's end is taken for the world's
# hint: the step was truncated: does the world go on? which target has it?
replace("reward if terminated else", "reward if terminated or truncated else")


# %% mistake: q_learning | the clock wins over the world's end
# hint: a step can be both terminated and truncated: what follows then?
replace("reward if terminated else", "reward if terminated and not truncated else")


# %% mistake: q_learning | only the end of the world ends an episode
# hint: when is an episode over? look at truncated as well
replace("over = terminated or truncated", "over = terminated")


# %% mistake: q_learning | only the clock ends an episode
# hint: when is an episode over? look at terminated as well
replace("over = terminated or truncated", "over = truncated")


# %% mistake: q_learning | the best value of the state itself
# hint: from which state do you take the maximum: where the step began, or where it led?
replace("Q[after].max()", "Q[state].max()")


# %% mistake: q_learning | the best value of the whole table
# hint: from which state do you take the maximum?
replace("Q[after].max()", "Q.max()")


# %% mistake: q_learning | a running maximum from zero
# hint: all values may be below zero: what is the highest of them then?
replace("Q[after].max()", "max(0.0, Q[after].max())")


# %% mistake: q_learning | never explores
# hint: with epsilon = 1 which actions does your agent take?
replace("choose(Q[state], epsilon, rng)", "choose(Q[state], 0.0, rng)")


# %% mistake: q_learning | always explores
# hint: with epsilon = 0 does your agent take its best action?
replace("choose(Q[state], epsilon, rng)", "choose(Q[state], 1.0, rng)")


# %% mistake: q_learning | the state does not move on
# hint: in which state is your agent after a step?
replace("state = after", "")


# %% mistake: q_learning | the same seed in every episode
# hint: which seed does the environment get in the second episode?
replace(
    """
    for episode in range(episodes):
        seed = int(rng.integers(2**31)) if episode == 0 else None
    """,
    """
    seed = int(rng.integers(2**31))
    for episode in range(episodes):
    """,
)


# %% mistake: q_learning | the table that was given is changed
# hint: what does Q hold after your call? begin with a copy
replace("np.array(Q, dtype=np.float64)", "Q")


# %% mistake: q_learning | the returns are discounted
# hint: returns are plain sums of rewards
replace("returns[episode] += reward", "returns[episode] = reward + gamma * returns[episode]")


# %% equivalent: q_learning | any whole number is a seed
seed = int(rng.integers(2 * 31)) if episode == 0 else None


# %% equivalent: q_learning | any whole number is a seed
seed = int(rng.integers(3**31)) if episode == 0 else None


# %% equivalent: q_learning | any whole number is a seed
seed = int(rng.integers(2**32)) if episode == 0 else None


# %% alternative: q_learning | a default dictionary of rows
def q_learning(world, episodes, alpha, gamma, epsilon, rng, Q=None):
    env = environments.make(world)
    S, A = env.observation_space.n, env.action_space.n
    rows = {s: (np.zeros(A) if Q is None else np.array(Q[s], float)) for s in range(S)}
    returns = []
    for k in range(episodes):
        s, _ = env.reset(seed=int(rng.integers(2**31))) if k == 0 else env.reset()
        total, ended = 0.0, False
        while not ended:
            a = choose(rows[s], epsilon, rng)
            z, r, terminated, truncated, _ = env.step(a)
            future = (1 - terminated) * max(rows[z])
            rows[s][a] = rows[s][a] + alpha * (r + gamma * future - rows[s][a])
            s, total, ended = z, total + r, terminated | truncated
        returns.append(total)
    return np.stack([rows[s] for s in range(S)]), np.array(returns)


# %% alternative: q_learning | a weighted mean of old and new
replace(
    "Q[state, action] += alpha * (target - Q[state, action])",
    "Q[state, action] = alpha * target + (1 - alpha) * Q[state, action]",
)


# %% mistake: double_q | the table names and says
# hint: which table names the best action, and which one says what it is worth?
replace("judge[after, learner[after].argmax()]", "learner[after].max()")


# %% mistake: double_q | the other table names and says
# hint: which table names the best action, and which one says what it is worth?
replace("judge[after, learner[after].argmax()]", "judge[after].max()")


# %% mistake: double_q | the roles are exchanged
# hint: the table that is updated names the action: does yours?
replace("judge[after, learner[after].argmax()]", "learner[after, judge[after].argmax()]")


# %% mistake: double_q | both tables are updated
# hint: how many entries change in one step?
replace(
    "learner[state, action] += alpha * (target - learner[state, action])",
    """
    learner[state, action] += alpha * (target - learner[state, action])
    judge[state, action] += alpha * (target - judge[state, action])
    """,
)


# %% mistake: double_q | no coin: always the first table
# hint: which table do your updates reach? toss a coin in each step
replace("rng.random() < 0.5", "True")


# %% mistake: double_q | the coin is tossed once an episode
# hint: how often is your coin tossed? once a step is asked
replace("over = False\n", "over, heads = False, rng.random() < 0.5\n")
replace("if rng.random() < 0.5 else", "if heads else")


# %% mistake: double_q | an unfair coin
# hint: how often does each of the tables get an update?
replace("rng.random() < 0.5", "rng.random() < 0.3")


# %% mistake: double_q | acts by one table alone
# hint: which values does your agent act by?
replace("Q_1[state] + Q_2[state]", "Q_1[state]")


# %% mistake: double_q | bootstraps from the terminal state
# hint: the step terminated: what follows it?
replace("if not terminated:\n", "if True:\n")


# %% mistake: double_q | the clock's end is taken for the world's
# hint: the step was truncated: does the world go on?
replace("if not terminated:", "if not (terminated or truncated):")


# %% mistake: double_q | one table under two names
# hint: are your two tables two arrays? change one and look at the other
replace(
    "Q_1, Q_2 = np.zeros((2, *shape)) if tables is None else np.array(tables, dtype=np.float64)",
    """
    Q_1, Q_2 = np.zeros((2, *shape)) if tables is None else np.array(tables, dtype=np.float64)
    if tables is None:
        Q_2 = Q_1
    """,
)


# %% mistake: double_q | the given tables are changed
# hint: what do the tables hold after your call? begin with copies
replace("np.array(tables, dtype=np.float64)", "tables")


# %% equivalent: double_q | any whole number is a seed
seed = int(rng.integers(2 * 31)) if episode == 0 else None


# %% equivalent: double_q | any whole number is a seed
seed = int(rng.integers(3**31)) if episode == 0 else None


# %% equivalent: double_q | any whole number is a seed
seed = int(rng.integers(2**32)) if episode == 0 else None


# %% equivalent: double_q | a random number is never exactly one half
learner, judge = (Q_1, Q_2) if rng.random() <= 0.5 else (Q_2, Q_1)


# %% equivalent: double_q | it does not matter which side of the coin is heads
learner, judge = (Q_1, Q_2) if rng.random() >= 0.5 else (Q_2, Q_1)


# %% alternative: double_q | two branches
replace(
    """
    learner, judge = (Q_1, Q_2) if rng.random() < 0.5 else (Q_2, Q_1)
    target = reward
    if not terminated:
        target += gamma * judge[after, learner[after].argmax()]
    learner[state, action] += alpha * (target - learner[state, action])
    """,
    """
    goes_on = 0.0 if terminated else gamma
    if rng.integers(2) == 1:
        best = np.argmax(Q_1[after])
        Q_1[state, action] += alpha * (reward + goes_on * Q_2[after, best] - Q_1[state, action])
    else:
        best = np.argmax(Q_2[after])
        Q_2[state, action] += alpha * (reward + goes_on * Q_1[after, best] - Q_2[state, action])
    """,
)


# %% alternative: double_q | acts by the mean of both tables, one array for both
replace("Q_1[state] + Q_2[state]", "(Q_1[state] + Q_2[state]) / 2")
replace("rng.random() < 0.5", "rng.random() >= 0.5")


# %% mistake: shaping | the discount is forgotten
# hint: what does gamma multiply in the formula?
replace("gamma * phi - phi[:, None, None]", "phi - phi[:, None, None]")


# %% mistake: shaping | the potential of an end counts
# hint: as what is the potential of a terminal state taken?
replace("np.where(terminal, 0.0, potential)", "np.asarray(potential, dtype=float)")


# %% mistake: shaping | the steps into an end get nothing at all
# hint: a step into an end loses the potential of where it began
replace("gamma * phi - phi[:, None, None]", "(gamma * phi - phi[:, None, None]) * ~terminal")


# %% mistake: shaping | the sign
# hint: of which state is the potential added, and of which is it taken away?
replace("R + gamma * phi - phi[:, None, None]", "R - gamma * phi + phi[:, None, None]")


# %% mistake: shaping | source and next state exchanged
# hint: R[s, a, z]: along which axis does z run?
replace("R + gamma * phi - phi[:, None, None]", "R + gamma * phi[:, None, None] - phi")


# %% mistake: shaping | only steps that come nearer are paid
# hint: what is taken away from a step that leads away?
replace(
    "R + gamma * phi - phi[:, None, None]", "R + np.maximum(gamma * phi - phi[:, None, None], 0)"
)


# %% mistake: shaping | the additions without the rewards
# hint: where are the rewards that the world itself pays?
replace("R + gamma", "0 * R + gamma")


# %% mistake: shaping | R is changed in place
# hint: what does R hold after your call?
replace(
    "return R + gamma * phi - phi[:, None, None]",
    """
    R += gamma * phi - phi[:, None, None]
    return R
    """,
)


# %% mistake: shaping | the potential is changed in place
# hint: what does potential hold after your call?
replace("phi = np.where(terminal, 0.0, potential)", "phi = potential\nphi[terminal] = 0")


# %% mistake: shaping | the whole walk in the place of its circle
# hint: does your list hold states that the walk passes only once?
replace("seen[seen.index(state) :]", "seen")


# %% mistake: shaping | the circle in sorted order
# hint: in which order does the walk come to these states?
replace("seen[seen.index(state) :]", "sorted(seen[seen.index(state) :])")


# %% mistake: shaping | ends are not looked at
# hint: where does a walk stop that comes to a terminal state?
replace(
    """
    if terminal[state]:
        return []
    """,
    "",
)


# %% mistake: shaping | the first state is there twice
# hint: how often is each state of the circle on your list?
replace("seen[seen.index(state) :]", "[*seen[seen.index(state) :], int(state)]")


# %% mistake: shaping | a state that leads to itself is no circle
# hint: a state may lead to itself: which circle is that?
replace(
    "return seen[seen.index(state) :]",
    """
    loop = seen[seen.index(state) :]
    return loop if len(loop) > 1 else []
    """,
)


# %% alternative: shaping | loops over states, and two runners
def shape_rewards(R, terminal, potential, gamma):
    shaped = np.array(R, dtype=float)
    for s in range(len(terminal)):
        for z in range(len(terminal)):
            ahead = 0.0 if terminal[z] else potential[z]
            if not terminal[s]:
                shaped[s, :, z] += gamma * ahead - potential[s]
    return shaped


def find_loop(leads, terminal, state):
    when, walk = {}, []
    while not terminal[state]:
        if state in when:
            return walk[when[state] :]
        when[state] = len(walk)
        walk.append(state)
        state = leads[state]
    return []


# %% alternative: shaping | copies that are changed, and a walk that is long enough
replace(
    """
    phi = np.where(terminal, 0.0, potential)
    return R + gamma * phi - phi[:, None, None]
    """,
    """
    phi = np.array(potential, dtype=float)
    phi[terminal] = 0
    return R + (gamma * phi[np.newaxis, np.newaxis, :] - phi[:, np.newaxis, np.newaxis])
    """,
)


# %% mistake: taxi | far too few episodes
# hint: how much does your policy earn, and how many episodes has it had?
replace("2500", "300")


# %% mistake: taxi | the first action of the worst
# hint: which action of a row is the best?
replace("Q.argmax(axis=1)", "Q.argmin(axis=1)")


# %% mistake: taxi | the policy explores
# hint: the policy that you return does not explore any more
replace(
    "return Q.argmax(axis=1)",
    """
    random = rng.integers(6, size=500)
    return np.where(rng.random(500) < 0.1, random, Q.argmax(axis=1))
    """,
)


# %% mistake: taxi | a learning rate that is much too low
# hint: how much of what a step tells does one update take over?
replace("0.7, 0.99", "0.01, 0.99")


# %% mistake: taxi | the table in the place of the policy
# hint: one action for each state is asked
replace("return Q.argmax(axis=1)", "return Q")


# %% equivalent: taxi | a little more exploring does as well
Q, _ = q_learning("Taxi-v4", 2500, 0.7, 0.99, 0.2, rng)


# %% equivalent: taxi | one episode more does as well
Q, _ = q_learning("Taxi-v4", 2501, 0.7, 0.99, 0.1, rng)


# %% alternative: taxi | in two stages, less and less exploring
replace(
    'Q, _ = q_learning("Taxi-v4", 2500, 0.7, 0.99, 0.1, rng)',
    """
    Q, _ = q_learning("Taxi-v4", 1500, 1.0, 0.99, 0.2, rng)
    Q, _ = q_learning("Taxi-v4", 2000, 1.0, 0.99, 0.02, rng, Q)
    """,
)


# %% alternative: taxi | SARSA's rate, and an environment that is made before
replace('"Taxi-v4", 2500, 0.7, 0.99, 0.1', 'environments.make("Taxi-v4"), 3500, 0.5, 0.95, 0.1')


# %% mistake: quiz | question 1: the sum of ten ones
# hint: question 1: which targets lack their second term? does the table know the step?
replace('answer_1 = "c"', 'answer_1 = "b"')


# %% mistake: quiz | question 2: by the number of states
# hint: question 2: by which factor does a sweep shrink the largest error?
replace('answer_2 = "b"', 'answer_2 = "d"')


# %% mistake: quiz | question 3: it cancels
# hint: question 3: write down the first four additions, each with its discount
replace('answer_3 = "b"', 'answer_3 = "a"')


# %% mistake: quiz | question 4: a logarithm
# hint: question 4: how often does this player pull the worse lever, in the long run?
replace('answer_4 = "a"', 'answer_4 = "c"')


# %% mistake: quiz | question 5: what happened after A
# hint: question 5: which of the two asks what B is worth, and what has B shown?
replace('answer_5 = "d"', 'answer_5 = "b"')
