"""Wrong and unusual right answers of week 10, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: transfer_net | the parameters are frozen, the modes are not
# hint: freeze a block, call train(): do the running averages of its batch norm move?
replace(
    """
    for block in self.blocks[: self.frozen]:
        block.eval()
    """,
    "",
)


# %% mistake: transfer_net | the modes are frozen, the parameters are not
# hint: after freeze(2), which parameters have requires_grad?
replace(
    """
    for block in self.blocks[:count]:
        block.requires_grad_(False)
    """,
    "",
)


# %% mistake: transfer_net | only the block itself gets its mode, not the layers inside
# hint: is the batch norm inside a frozen block in evaluation mode, or only the block around it?
replace("block.eval()", "block.training = False")


# %% mistake: transfer_net | what was frozen once is never set free
# hint: freeze two blocks and then one: can the second be trained again?
replace("self.requires_grad_(True)\n", "")


# %% mistake: transfer_net | the head is frozen, too
# hint: has the head's weight requires_grad after freeze(1)?
replace("self.requires_grad_(True)", "self.requires_grad_(count == 0)")


# %% mistake: transfer_net | the last blocks are frozen
# hint: which end of the network is the input's? print requires_grad block by block
replace("self.blocks[:count]", "self.blocks[len(self.blocks) - count :]")


# %% mistake: transfer_net | one block too few is frozen
# hint: how many blocks does freeze(2) freeze?
replace("self.blocks[:count]", "self.blocks[: max(count - 1, 0)]")


# %% mistake: transfer_net | freeze waits for the next call of train
# hint: in which mode is a frozen block directly after freeze, before any train()?
replace("self.train(self.training)", "")


# %% mistake: transfer_net | freeze switches the whole network to training mode
# hint: call eval() and then freeze(1): in which mode is the network?
replace("self.train(self.training)", "self.train()")


# %% mistake: transfer_net | freeze switches the whole network to evaluation mode
# hint: call train() and then freeze(1): in which mode is the head?
replace("self.train(self.training)", "self.eval()")


# %% mistake: transfer_net | train returns nothing
# hint: what is net.train()? PyTorch's own returns something
replace("return self\n", "return None\n")


# %% mistake: transfer_net | train ignores the mode
# hint: what does your train do when mode is False?
replace("super().train(mode)", "super().train()")


# %% mistake: transfer_net | only weights and biases of batch norm are frozen
# hint: which parameters of a frozen block still have requires_grad?
replace(
    "block.requires_grad_(False)",
    """
    for layer in block:
        if isinstance(layer, nn.BatchNorm1d):
            layer.requires_grad_(False)
    """,
)


# %% mistake: transfer_net | an impossible count is accepted
# hint: what does the docstring promise for freeze(4) of three blocks?
replace(
    """
    if not 0 <= count <= len(self.blocks):
        raise ValueError(f"count is {count}: there are {len(self.blocks)} blocks to freeze.")
    """,
    "",
)


# %% mistake: transfer_net | not all blocks can be frozen
# hint: may count be as large as the number of blocks?
replace("0 <= count <= len(self.blocks)", "0 <= count < len(self.blocks)")


# %% mistake: transfer_net | the number is changed before it is refused
# hint: what is net.frozen after a count that was refused?
replace("self.frozen = count\n", "")
replace("if not 0", "self.frozen = count\nif not 0")


# %% mistake: transfer_net | a negative count is accepted
# hint: what does freeze(-1) do? the docstring promises an error
replace("not 0 <= count <= len(self.blocks)", "count > len(self.blocks)")


# %% mistake: transfer_net | all is set free before the number is refused
# hint: after a count that was refused: which parameters have requires_grad?
replace("self.requires_grad_(True)\n", "")
replace("if not 0", "self.requires_grad_(True)\nif not 0")


# %% mistake: transfer_net | blocks that are set free keep evaluation mode
# hint: freeze(2), then freeze(0) in training mode: in which mode are the blocks?
replace("self.train(self.training)", "for block in self.blocks[:count]:\n    block.eval()")


# %% alternative: transfer_net | block by block, with flags
replace(
    """
    self.requires_grad_(True)
    for block in self.blocks[:count]:
        block.requires_grad_(False)
    self.train(self.training)
    """,
    """
    for number, block in enumerate(self.blocks):
        for P in block.parameters():
            P.requires_grad = number >= count
        block.train(self.training and number >= count)
    for P in self.head.parameters():
        P.requires_grad = True
    """,
)


# %% alternative: transfer_net | every child by itself
replace(
    """
    super().train(mode)
    for block in self.blocks[: self.frozen]:
        block.eval()
    return self
    """,
    """
    self.training = mode
    for number, block in enumerate(self.blocks):
        block.train(mode and number >= self.frozen)
    self.blocks.training = mode
    self.head.train(mode)
    return self
    """,
)


# %% mistake: groups | frozen parameters are in the groups
# hint: which parameters of a frozen block does your group hold?
replace("[P for P in module.parameters() if P.requires_grad]", "list(module.parameters())")


# %% mistake: groups | the rate falls towards the head
# hint: which of your rates is the largest: the head's, or the first block's?
replace("(len(blocks) - number)", "number")


# %% mistake: groups | the head's rate is reduced as well
# hint: the head's rate is the given one: which power of the factor have you put there?
replace("(len(blocks) - number)", "(len(blocks) + 1 - number)")


# %% mistake: groups | one rate for all
# hint: compare your rates: does the factor appear in them?
replace("learning_rate * decay ** (len(blocks) - number)", "learning_rate")


# %% mistake: groups | the factor is multiplied, not raised to a power
# hint: by which factor does the rate change from one block to the next?
replace("decay ** (len(blocks) - number)", "decay * (len(blocks) - number)")


# %% mistake: groups | empty groups
# hint: what becomes of a module that has nothing to train?
replace("if trained:", "if True:")


# %% mistake: groups | frozen blocks do not count for the power
# hint: does a frozen block between two others change their rates?
replace(
    'groups.append({"params": trained, "lr": rate})',
    """
    groups.append({"params": trained, "lr": rate})
    for steps, group in enumerate(groups[::-1]):
        group["lr"] = learning_rate * decay**steps
    """,
)


# %% mistake: groups | the head is forgotten
# hint: how many groups does the worked example have, and which is the last?
replace("[*blocks, head]", "blocks")


# %% mistake: groups | the head comes first
# hint: in which order does the docstring want the groups?
replace("return groups", "return groups[::-1]")


# %% mistake: groups | a module is judged by its first parameter
# hint: a block whose first parameter alone is frozen: which others are trained?
replace("if trained:", "if next(module.parameters(), torch.zeros(1)).requires_grad:")


# %% mistake: groups | a partly frozen module gets no group
# hint: what becomes of a block that has one frozen parameter and three others?
replace("if trained:", "if trained and len(trained) == len(list(module.parameters())):")


# %% mistake: groups | a partly frozen module is taken whole
# hint: a block with one frozen parameter: is that one in your group?
replace("if trained:", "if trained:\n    trained = list(module.parameters())")


# %% alternative: groups | from the head downwards
replace(
    """
    groups = []
    for number, module in enumerate([*blocks, head]):
        trained = [P for P in module.parameters() if P.requires_grad]
        if trained:
            rate = learning_rate * decay ** (len(blocks) - number)
            groups.append({"params": trained, "lr": rate})
    return groups
    """,
    """
    groups, rate = [], learning_rate
    for module in [head, *reversed(list(blocks))]:
        trained = list(filter(lambda P: P.requires_grad, module.parameters()))
        if len(trained) > 0:
            groups.insert(0, dict(params=trained, lr=rate))
        rate *= decay
    return groups
    """,
)


# %% alternative: groups | one list, empty ones taken out afterwards
replace(
    """
    groups = []
    for number, module in enumerate([*blocks, head]):
        trained = [P for P in module.parameters() if P.requires_grad]
        if trained:
            rate = learning_rate * decay ** (len(blocks) - number)
            groups.append({"params": trained, "lr": rate})
    return groups
    """,
    """
    L = len(blocks)
    rates = [learning_rate * decay ** (L + 1 - l) for l in range(1, L + 1)] + [learning_rate]
    found = [
        {"params": [P for P in module.parameters() if P.requires_grad], "lr": rate}
        for module, rate in zip([*blocks, head], rates)
    ]
    return [group for group in found if group["params"]]
    """,
)


# %% mistake: probe | features are not standardised for the fit
# hint: which features does your classifier see, the raw or the standardised ones?
replace("standardised @ W + b, y", "A @ W + b, y")


# %% mistake: probe | the deviation is divided by m - 1
# hint: compare your scale with the worked numbers: what do you divide by?
replace("A.std(dim=0, correction=0)", "A.std(dim=0)")


# %% mistake: probe | a constant feature is divided by zero
# hint: what is the scale of a feature that has the same value everywhere?
replace("scale = torch.where(scale < 1e-6, torch.ones_like(scale), scale)\n", "")


# %% mistake: probe | one mean and one scale for all features
# hint: which shape have your mean and your scale?
replace("A.mean(dim=0)", "A.mean().expand(A.shape[1])")
replace("A.std(dim=0, correction=0)", "A.std(correction=0).expand(A.shape[1])")


# %% mistake: probe | the biases are penalised
# hint: which of the two, W and b, stands in the penalty?
replace("(W**2).sum()", "((W**2).sum() + (b**2).sum())")


# %% mistake: probe | the penalty without its half
# hint: compare the factor in front of your squares with the formula
replace("penalty / 2 *", "penalty *")


# %% mistake: probe | the penalty is the mean of the squares
# hint: does the formula take the sum of the squared weights, or their mean?
replace("(W**2).sum()", "(W**2).mean()")


# %% mistake: probe | the cost is a sum over the examples
# hint: the first part of J is a mean: what does your penalty weigh against?
replace(
    "F.cross_entropy(standardised @ W + b, y)",
    'F.cross_entropy(standardised @ W + b, y, reduction="sum")',
)


# %% mistake: probe | a softmax before the cross-entropy
# hint: what does F.cross_entropy expect: logits or probabilities?
replace(
    "F.cross_entropy(standardised @ W + b, y)",
    "F.cross_entropy((standardised @ W + b).softmax(dim=1), y)",
)


# %% mistake: probe | ends long before the minimum
# hint: how large is the gradient where you stop? go on until it is nearly zero
replace("max_iter=500", "max_iter=3")


# %% mistake: probe | no penalty
# hint: does your result depend on the penalty?
replace(" + penalty / 2 * (W**2).sum()", "")


# %% mistake: probe | as many columns as classes that occur
# hint: how many columns does W have when a class has no example?
replace(
    "torch.zeros(A.shape[1], n_classes, requires_grad=True)",
    "torch.zeros(A.shape[1], int(y.max()) + 1, requires_grad=True)",
)
replace(
    "torch.zeros(n_classes, requires_grad=True)",
    "torch.zeros(int(y.max()) + 1, requires_grad=True)",
)


# %% mistake: probe | the weights still take part in a graph
# hint: do your results have requires_grad?
replace("return W.detach(), b.detach(), mean, scale", "return W, b, mean, scale")


# %% mistake: probe | writes into its input
# hint: what does A hold after the call?
replace("standardised = (A - mean) / scale", "A -= mean\nA /= scale\nstandardised = A")


# %% mistake: probe | the mean is forgotten in the layer
# hint: which logit has a = 0 in the probe, and which in your layer?
replace("b - (mean / scale) @ W", "b")


# %% mistake: probe | the mean is not divided by the scale
# hint: multiply out (a - mean) W / s: what stands beside the mean?
replace("(mean / scale) @ W", "mean @ W")


# %% mistake: probe | weights multiplied by the scale
# hint: a feature with a large scale: does its weight become larger or smaller?
replace("W / scale[:, None]", "W * scale[:, None]")


# %% mistake: probe | the wrong sign of the bias
# hint: compute the bias of the worked example by hand: -5 and 6
replace("b - (mean / scale) @ W", "b + (mean / scale) @ W")


# %% mistake: probe | weights as in the formula, not as in nn.Linear
# hint: nn.Linear keeps (classes, features): which shape does your weight have?
replace(
    "layer.weight.copy_((W / scale[:, None]).T)", "layer.weight = nn.Parameter(W / scale[:, None])"
)


# %% mistake: probe | a layer that cannot be trained
# hint: has your layer's weight requires_grad?
replace("return layer\n", "return layer.requires_grad_(False)\n")


# %% mistake: probe | the biases are never fitted
# hint: which tensors does your optimiser get?
replace("torch.optim.LBFGS([W, b],", "torch.optim.LBFGS([W],")


# %% mistake: probe | the biases still take part in a graph
# hint: do all four results stand alone, without requires_grad?
replace("return W.detach(), b.detach(), mean, scale", "return W.detach(), b, mean, scale")


# %% mistake: probe | results in float64
# hint: which dtype has your W? the features are float32
replace("return W.detach(), b.detach(),", "return W.detach().double(), b.detach().double(),")


# %% mistake: probe | small features are taken for constant ones
# hint: a feature with a deviation of 0.001 is not constant: where is your bound?
replace("scale < 1e-6", "scale < 1e-2")


# %% mistake: probe | a small number is added to every scale
# hint: which scale does a constant feature get?
replace("torch.where(scale < 1e-6, torch.ones_like(scale), scale)", "scale + 1e-6")


# %% alternative: probe | gradient descent with momentum, without LBFGS
replace(
    """
    optimiser = torch.optim.LBFGS([W, b], max_iter=500, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        J = F.cross_entropy(standardised @ W + b, y) + penalty / 2 * (W**2).sum()
        J.backward()
        return J

    optimiser.step(closure)
    """,
    """
    optimiser = torch.optim.Adam([W, b], lr=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 800)
    for _ in range(800):
        optimiser.zero_grad()
        J = F.cross_entropy(standardised @ W + b, y) + penalty / 2 * W.square().sum()
        J.backward()
        optimiser.step()
        schedule.step()
    """,
)


# %% alternative: probe | fitted in float64, returned in float32
replace("standardised = (A - mean) / scale", "standardised = ((A - mean) / scale).double()")
replace(
    "torch.zeros(A.shape[1], n_classes, requires_grad=True)",
    "torch.zeros(A.shape[1], n_classes, requires_grad=True, dtype=torch.float64)",
)
replace(
    "torch.zeros(n_classes, requires_grad=True)",
    "torch.zeros(n_classes, requires_grad=True, dtype=torch.float64)",
)
replace("return W.detach(), b.detach(),", "return W.detach().float(), b.detach().float(),")


# %% alternative: probe | by SciPy's minimiser, and the layer through its state dict
replace(
    """
    standardised = (A - mean) / scale
    W = torch.zeros(A.shape[1], n_classes, requires_grad=True)
    b = torch.zeros(n_classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([W, b], max_iter=500, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        J = F.cross_entropy(standardised @ W + b, y) + penalty / 2 * (W**2).sum()
        J.backward()
        return J

    optimiser.step(closure)
    return W.detach(), b.detach(), mean, scale
    """,
    """
    from scipy.optimize import minimize

    standardised = ((A - mean) / scale).double().numpy()
    m, d = standardised.shape
    truth = np.eye(n_classes)[y.numpy()]

    def cost(vector):
        W, b = vector[:-n_classes].reshape(d, n_classes), vector[-n_classes:]
        Z = standardised @ W + b
        Z = Z - Z.max(axis=1, keepdims=True)
        log_total = np.log(np.exp(Z).sum(axis=1, keepdims=True))
        P = np.exp(Z - log_total)
        J = -((Z - log_total) * truth).sum() / m + penalty / 2 * np.sum(W**2)
        dZ = (P - truth) / m
        return J, np.concatenate([(standardised.T @ dZ + penalty * W).ravel(), dZ.sum(axis=0)])

    vector = minimize(cost, np.zeros((d + 1) * n_classes), jac=True, method="L-BFGS-B").x
    vector = torch.tensor(vector, dtype=torch.float32)
    return vector[:-n_classes].reshape(d, n_classes), vector[-n_classes:], mean, scale
    """,
)
replace(
    """
    layer = nn.Linear(*W.shape)
    with torch.no_grad():
        layer.weight.copy_((W / scale[:, None]).T)
        layer.bias.copy_(b - (mean / scale) @ W)
    return layer
    """,
    """
    folded = W.T / scale
    layer = nn.Linear(W.shape[0], W.shape[1])
    layer.load_state_dict({"weight": folded, "bias": b - folded @ mean})
    return layer
    """,
)


# %% equivalent: probe | whether the limit itself counts as constant: no deviation is exactly that
scale = torch.where(scale <= 1e-06, torch.ones_like(scale), scale)


# %% equivalent: probe | the cost is convex: every start leads to the same minimum
W = torch.ones(A.shape[1], n_classes, requires_grad=True)


# %% equivalent: probe | the cost is convex: every start leads to the same minimum
b = torch.ones(n_classes, requires_grad=True)


# %% equivalent: probe | the minimum is reached long before the last iteration
optimiser = torch.optim.LBFGS([W, b], max_iter=501, line_search_fn="strong_wolfe")


# %% mistake: fine_tune | the frozen part is computed in training mode
# hint: do the running averages of the frozen part move in your call?
replace("frozen.eval()", "frozen.train()")


# %% mistake: fine_tune | the mode of the frozen part is left as it comes
# hint: in which mode is the frozen part when your function is called right after train()?
replace("frozen.eval()\n", "")


# %% mistake: fine_tune | the trained part in training mode
# hint: batch norm is to keep its averages in both parts: which mode is that?
replace("trained.eval()", "trained.train()")


# %% mistake: fine_tune | the mode of the trained part is left as it comes
# hint: both parts are to be in evaluation mode, whatever the caller has done before
replace("trained.eval()\n", "")


# %% mistake: fine_tune | the frozen part is computed in each step
# hint: how many images does the frozen part see in all? compare with the worked example
replace(
    """
    with torch.no_grad():
        cache = frozen(X)
    """,
    "",
)
replace("trained(cache[rows])", "trained(frozen(X[rows]).detach())")


# %% mistake: fine_tune | the cache takes part in a graph
# hint: the second backward() ends in an error: what does the cache still hold on to?
replace("with torch.no_grad():\n    cache = frozen(X)", "cache = frozen(X)")


# %% mistake: fine_tune | gradients are never cleared
# hint: which line comes before backward() in every step?
replace("optimiser.zero_grad()\n", "")


# %% mistake: fine_tune | no step is made
# hint: do the numbers of the trained part change at all?
replace("optimiser.step()\n", "")


# %% mistake: fine_tune | Adam instead of AdamW
# hint: which optimiser is asked for, with which weight decay?
replace("torch.optim.AdamW(groups, weight_decay=0.01)", "torch.optim.Adam(groups)")


# %% mistake: fine_tune | one rate for all groups
# hint: do your steps use the rates that the groups carry?
replace(
    "torch.optim.AdamW(groups, weight_decay=0.01)",
    "torch.optim.AdamW([P for g in groups for P in g['params']], lr=groups[0]['lr'], weight_decay=0.01)",
)


# %% mistake: fine_tune | labels of other rows
# hint: are the labels of a batch those of its images?
replace("y[rows])", "y[: len(rows)])")


# %% mistake: fine_tune | batches from another generator
# hint: from which generator are the rows to be drawn?
replace(", generator=generator)", ")")


# %% mistake: fine_tune | the last cost only
# hint: how many numbers come back? one for each step is wanted
replace("return costs\n", "return costs[-1:]\n")


# %% mistake: fine_tune | the images themselves, past the frozen part
# hint: what does the trained part take: images, or what the frozen part makes of them?
replace("trained(cache[rows])", "trained(X[rows])")


# %% mistake: fine_tune | the optimiser is built anew in each step
# hint: what does AdamW remember from step to step, and what becomes of it in your loop?
replace("optimiser = torch.optim.AdamW(groups, weight_decay=0.01)\n", "")
replace(
    "optimiser.zero_grad()",
    "optimiser = torch.optim.AdamW(groups, weight_decay=0.01)\noptimiser.zero_grad()",
)


# %% mistake: fine_tune | no weight decay
# hint: a weight without a gradient: does AdamW with weight decay leave it where it is?
replace("weight_decay=0.01", "weight_decay=0.0")


# %% mistake: fine_tune | the decay goes into the gradient
# hint: how does AdamW differ from Adam with weight decay? think of a gradient of zero
replace("torch.optim.AdamW", "torch.optim.Adam")


# %% mistake: fine_tune | rows without repetition, from the global stream
# hint: by which line, and from which generator, are the rows to be drawn?
replace(
    "torch.randint(len(X), (batch_size,), generator=generator)",
    "torch.randperm(len(X))[:batch_size]",
)


# %% mistake: fine_tune | rows without repetition
# hint: may a row occur twice in a batch? read the line that draws them
replace(
    "torch.randint(len(X), (batch_size,), generator=generator)",
    "torch.randperm(len(X), generator=generator)[:batch_size]",
)


# %% mistake: fine_tune | costs are tensors
# hint: of which type is the first of your costs?
replace("J.item()", "J")


# %% mistake: fine_tune | training mode comes back at the end
# hint: in which mode are both parts when your function has returned?
replace("return costs\n", "trained.train()\nreturn costs\n")


# %% mistake: fine_tune | evaluation mode comes only at the end
# hint: in which mode are both parts while the steps are made?
replace("trained.eval()\n", "trained.train()\n")
replace("return costs\n", "trained.eval()\nreturn costs\n")


# %% alternative: fine_tune | the cache is computed image by image
replace(
    "cache = frozen(X)",
    "cache = torch.cat([frozen(X[k : k + 1]) for k in range(len(X))])",
)


# %% alternative: fine_tune | inference in eval mode, a criterion, detached costs
replace(
    """
    with torch.no_grad():
        cache = frozen(X)
    """,
    "cache = frozen(X).detach()",
)
replace(
    "F.cross_entropy(trained(cache[rows]), y[rows])",
    "nn.CrossEntropyLoss()(trained(cache[rows]), y[rows])",
)
replace("J.item()", "float(J.detach())")


# %% mistake: reversal | the gradient is not reversed
# hint: which sign has the gradient below your layer?
replace("-ctx.strength * dA", "ctx.strength * dA")


# %% mistake: reversal | the constant is ignored
# hint: does the gradient change with lambda?
replace("-ctx.strength * dA", "-dA")


# %% mistake: reversal | the constant scales the forward pass as well
# hint: what comes out of your layer for lambda = 0.5? nothing should change forwards
replace("X.view_as(X)", "ctx.strength * X")


# %% mistake: reversal | the sign is turned in the forward pass
# hint: what does your layer return for X = (1, 2)?
replace("X.view_as(X)", "-X")
replace("-ctx.strength * dA", "ctx.strength * dA")


# %% mistake: reversal | nothing is returned for the constant
# hint: beside ctx, forward has two arguments: how many results does your backward have?
replace("-ctx.strength * dA, None", "-ctx.strength * dA")


# %% mistake: reversal | the cost is negated as well
# hint: the layer reverses already: which sign has your cost, and the domain head's gradient?
replace("return (costs[0] + costs[1]) / 2", "return -(costs[0] + costs[1]) / 2")


# %% mistake: reversal | the features are not reversed in the cost
# hint: are the features' gradients turned round? they should make the head's work harder
replace("domain_head(reverse_gradient(A, strength))", "domain_head(A)")


# %% mistake: reversal | reversed twice, once with a negative constant
# hint: two reversals: in which direction does the gradient point then?
replace("reverse_gradient(A, strength)", "reverse_gradient(A, -strength)")


# %% mistake: reversal | the logits are reversed, not the features
# hint: does the domain head learn to tell the domains apart, or the contrary?
replace("domain_head(reverse_gradient(A, strength))", "reverse_gradient(domain_head(A), strength)")


# %% mistake: reversal | the constant does not reach the layer
# hint: does the features' gradient change with strength?
replace("reverse_gradient(A, strength)", "reverse_gradient(A, 1.0)")


# %% mistake: reversal | source and target are exchanged
# hint: which domain has the target 1?
replace(
    "[(A_source, torch.ones_like), (A_target, torch.zeros_like)]",
    "[(A_source, torch.zeros_like), (A_target, torch.ones_like)]",
)


# %% mistake: reversal | every image counts the same
# hint: one source image and three target images: how much does each domain weigh?
replace(
    "return (costs[0] + costs[1]) / 2",
    "return (len(A_source) * costs[0] + len(A_target) * costs[1]) / (len(A_source) + len(A_target))",
)


# %% mistake: reversal | the sum of both domains
# hint: each domain counts one half: what is the cost when every logit is 0?
replace("(costs[0] + costs[1]) / 2", "costs[0] + costs[1]")


# %% mistake: reversal | only the source domain is reversed
# hint: do the target's features get a reversed gradient, too?
replace(
    "domain_head(reverse_gradient(A, strength))",
    "domain_head(reverse_gradient(A, strength) if A is A_source else A)",
)


# %% mistake: reversal | the features are cut off
# hint: does any gradient arrive at the features?
replace("reverse_gradient(A, strength)", "A.detach()")


# %% mistake: reversal | the logarithm of a sigmoid
# hint: what is the sigmoid of -200 in float32, and its logarithm?
replace(
    """
    costs = []
    for A, sort in [(A_source, torch.ones_like), (A_target, torch.zeros_like)]:
        logits = domain_head(reverse_gradient(A, strength))
        costs.append(F.binary_cross_entropy_with_logits(logits, sort(logits)))
    return (costs[0] + costs[1]) / 2
    """,
    """
    source = torch.sigmoid(domain_head(reverse_gradient(A_source, strength)))
    target = torch.sigmoid(domain_head(reverse_gradient(A_target, strength)))
    return -(torch.log(source).mean() + torch.log(1 - target).mean()) / 2
    """,
)


# %% mistake: reversal | a cross-entropy of probabilities, cut off
# hint: how large is the cost of a logit that is wrong by 200?
replace(
    "F.binary_cross_entropy_with_logits(logits, sort(logits))",
    "F.binary_cross_entropy(torch.sigmoid(logits), sort(logits))",
)


# %% mistake: reversal | only the target domain is reversed
# hint: do the source's features get a reversed gradient, too?
replace(
    "domain_head(reverse_gradient(A, strength))",
    "domain_head(reverse_gradient(A, strength) if A is A_target else A)",
)


# %% alternative: reversal | by softplus, and a product with -lambda
replace("X.view_as(X)", "X.clone()")
replace("-ctx.strength * dA", "dA.neg() * ctx.strength")
replace(
    """
    costs = []
    for A, sort in [(A_source, torch.ones_like), (A_target, torch.zeros_like)]:
        logits = domain_head(reverse_gradient(A, strength))
        costs.append(F.binary_cross_entropy_with_logits(logits, sort(logits)))
    return (costs[0] + costs[1]) / 2
    """,
    """
    source = domain_head(reverse_gradient(A_source, strength))
    target = domain_head(reverse_gradient(A_target, strength))
    return 0.5 * F.softplus(-source).mean() + 0.5 * F.softplus(target).mean()
    """,
)


# %% alternative: reversal | returns the very tensor that it got; both domains through the head at once
replace("X.view_as(X)", "X")
replace(
    """
    costs = []
    for A, sort in [(A_source, torch.ones_like), (A_target, torch.zeros_like)]:
        logits = domain_head(reverse_gradient(A, strength))
        costs.append(F.binary_cross_entropy_with_logits(logits, sort(logits)))
    return (costs[0] + costs[1]) / 2
    """,
    """
    m_s, m_t = len(A_source), len(A_target)
    logits = domain_head(reverse_gradient(torch.cat([A_source, A_target]), strength)).flatten()
    truth = torch.cat([logits.new_ones(m_s), logits.new_zeros(m_t)])
    weight = torch.cat([logits.new_full((m_s,), 0.5 / m_s), logits.new_full((m_t,), 0.5 / m_t)])
    return F.binary_cross_entropy_with_logits(logits, truth, weight=weight, reduction="sum")
    """,
)


# %% mistake: triplet | the mixed term counts once
# hint: multiply out |a - b|^2: how often does the mixed product occur?
replace("2 * Z @ Z.T", "Z @ Z.T")


# %% mistake: triplet | squared distances may be negative
# hint: in float32, what do you get for two equal rows of large numbers?
replace("D.clamp(min=0)", "D")


# %% mistake: triplet | distances instead of their squares
# hint: your first function returns roots: the docstring wants squares
replace("return D.clamp(min=0)", "return D.clamp(min=0).sqrt()")


# %% mistake: triplet | squares where distances are wanted
# hint: compare your d+ and d- with the worked example: are they squared?
replace("squared_distances(Z).clamp(min=1e-12).sqrt()", "squared_distances(Z)")


# %% mistake: triplet | the root of zero
# hint: what is the slope of the root at 0, and where are your distances 0?
replace("squared_distances(Z).clamp(min=1e-12).sqrt()", "squared_distances(Z).sqrt()")


# %% mistake: triplet | the maximum comes after the root
# hint: the slope of the root is infinite at 0 already: what must happen before it?
replace(
    "squared_distances(Z).clamp(min=1e-12).sqrt()", "squared_distances(Z).sqrt().clamp(min=1e-6)"
)


# %% mistake: triplet | the easiest positives
# hint: is the hardest positive the nearest or the farthest one?
replace(
    "distances.masked_fill(~positive, -torch.inf).max(dim=1).values",
    "distances.masked_fill(~positive, torch.inf).min(dim=1).values",
)


# %% mistake: triplet | the easiest negatives
# hint: is the hardest negative the nearest or the farthest one?
replace(
    "distances.masked_fill(same, torch.inf).min(dim=1).values",
    "distances.masked_fill(same, -torch.inf).max(dim=1).values",
)


# %% mistake: triplet | hidden pairs have distance 0, also for the minimum
# hint: which number never wins a minimum? zero does
replace("distances.masked_fill(same, torch.inf)", "distances.masked_fill(same, 0.0)")


# %% mistake: triplet | an anchor is its own positive
# hint: an example whose label occurs only once: has it a positive?
replace("same & ~torch.eye(len(y), dtype=torch.bool)", "same")


# %% mistake: triplet | anchors without a positive count in the mean
# hint: by how many anchors do you divide? only those with both partners count
replace("terms.sum() / valid.sum().clamp(min=1)", "terms.sum() / len(y)")


# %% mistake: triplet | the mean over the terms above zero
# hint: does an anchor that is already right count in your mean? it should
replace("valid.sum().clamp(min=1)", "(terms > 0).sum().clamp(min=1)")


# %% mistake: triplet | NaN where no anchor is valid
# hint: what is the mean of no terms at all?
replace("terms.sum() / valid.sum().clamp(min=1)", "terms.mean()")


# %% mistake: triplet | a plain zero where no anchor is valid
# hint: can backward() be called on your cost when there are no valid anchors?
replace(
    "terms = F.relu(",
    """
    if not valid.any():
        return torch.tensor(0.0)
    terms = F.relu(
    """,
)


# %% mistake: triplet | a zero of its own where no anchor is valid
# hint: after backward() of a cost of 0: has Z a gradient?
replace(
    "terms = F.relu(",
    """
    if not valid.any():
        return torch.zeros((), requires_grad=True)
    terms = F.relu(
    """,
)


# %% mistake: triplet | the margin has the wrong sign
# hint: may a pair be right by less than the margin and cost nothing?
replace("nearest[valid] + margin", "nearest[valid] - margin")


# %% mistake: triplet | the difference is turned round
# hint: is your cost large when the positive is far away, or when it is near?
replace("farthest[valid] - nearest[valid]", "nearest[valid] - farthest[valid]")


# %% mistake: triplet | terms below zero are kept
# hint: what is the cost of an anchor that is right by far? read the max(0, ...) again
replace(
    "F.relu(farthest[valid] - nearest[valid] + margin)",
    "(farthest[valid] - nearest[valid] + margin)",
)


# %% mistake: triplet | the maximum with zero comes after the mean
# hint: the maximum with 0 is taken anchor by anchor, before the mean
replace(
    "F.relu(farthest[valid] - nearest[valid] + margin)", "farthest[valid] - nearest[valid] + margin"
)
replace(
    "return terms.sum() / valid.sum().clamp(min=1)",
    "return F.relu(terms.sum() / valid.sum().clamp(min=1))",
)


# %% mistake: triplet | negatives are all others but the anchor
# hint: may your hardest negative have the anchor's own label?
replace(
    "distances.masked_fill(same, torch.inf)",
    "distances.masked_fill(torch.eye(len(y), dtype=torch.bool), torch.inf)",
)


# %% alternative: triplet | differences of all pairs, and a loop over anchors
replace(
    """
    lengths = (Z**2).sum(dim=1)
    D = lengths[:, None] + lengths - 2 * Z @ Z.T
    return D.clamp(min=0)
    """,
    "return (Z[:, None, :] - Z[None, :, :]).pow(2).sum(dim=2)",
)
replace(
    """
    distances = squared_distances(Z).clamp(min=1e-12).sqrt()
    same = y[:, None] == y
    positive = same & ~torch.eye(len(y), dtype=torch.bool)
    farthest = distances.masked_fill(~positive, -torch.inf).max(dim=1).values
    nearest = distances.masked_fill(same, torch.inf).min(dim=1).values
    valid = positive.any(dim=1) & ~same.all(dim=1)
    terms = F.relu(farthest[valid] - nearest[valid] + margin)
    return terms.sum() / valid.sum().clamp(min=1)
    """,
    """
    distances = torch.sqrt(torch.clamp(squared_distances(Z), min=1e-12))
    terms = []
    for i in range(len(y)):
        others = torch.arange(len(y)) != i
        friends, strangers = distances[i][(y == y[i]) & others], distances[i][y != y[i]]
        if len(friends) and len(strangers):
            terms.append((friends.max() - strangers.min() + margin).clamp(min=0))
    return sum(terms) / len(terms) if terms else 0 * Z.sum()
    """,
)


# %% alternative: triplet | valid rows are chosen first
replace(
    """
    farthest = distances.masked_fill(~positive, -torch.inf).max(dim=1).values
    nearest = distances.masked_fill(same, torch.inf).min(dim=1).values
    valid = positive.any(dim=1) & ~same.all(dim=1)
    terms = F.relu(farthest[valid] - nearest[valid] + margin)
    return terms.sum() / valid.sum().clamp(min=1)
    """,
    """
    rows = torch.nonzero(positive.any(dim=1) & (~same).any(dim=1)).flatten()
    if len(rows) == 0:
        return (Z * 0).sum()
    farthest = (distances * positive)[rows].amax(dim=1)
    nearest = (distances + 1e9 * same)[rows].amin(dim=1)
    return torch.relu(farthest - nearest + margin).mean()
    """,
)


# %% equivalent: triplet | distances are symmetric: rows and columns hold the same numbers
farthest = distances.masked_fill(~positive, -torch.inf).max(dim=0).values


# %% equivalent: triplet | distances are symmetric: rows and columns hold the same numbers
nearest = distances.masked_fill(same, torch.inf).min(dim=0).values


# %% equivalent: triplet | who has a positive is one: the square of pairs is symmetric
valid = positive.any(dim=0) & ~same.all(dim=1)


# %% equivalent: triplet | the square of equal labels is symmetric
valid = positive.any(dim=1) & ~same.all(dim=0)


# %% equivalent: triplet | valid anchors come at least in twos, an anchor and its positive
return terms.sum() / valid.sum().clamp(min=2)


# %% mistake: nt_xent | the row itself is below the line
# hint: how many terms has the sum of a row? the row itself is not among them
replace("if k != i]", "]")


# %% mistake: nt_xent | the partner is not below the line
# hint: the partner is one of the candidates, too: is it in your sum?
replace("if k != i]", "if k not in (i, j)]")


# %% mistake: nt_xent | lengths matter in the cost of a pair
# hint: make Z three times as long: does your cost stay?
replace("directions = Z / Z.norm(dim=1, keepdim=True)", "directions = Z")


# %% mistake: nt_xent | the temperature is multiplied
# hint: do small temperatures make the differences larger in your cost?
replace("similarity[k] / temperature", "similarity[k] * temperature")
replace("similarity[j] / temperature", "similarity[j] * temperature")


# %% mistake: nt_xent | no temperature below the line
# hint: above and below the line stands the same exponential: compare yours
replace("similarity[k] / temperature", "similarity[k]")


# %% mistake: nt_xent | the sign of the pair's cost
# hint: can your cost be below zero? a negative logarithm of a probability cannot
replace(
    "torch.log(sum(others)) - similarity[j] / temperature",
    "similarity[j] / temperature - torch.log(sum(others))",
)


# %% mistake: nt_xent | the diagonal is left in the scores
# hint: six equal embeddings: how many candidates has each row? do not count the row itself
replace("scores = scores.masked_fill(torch.eye(2 * m, dtype=torch.bool), -torch.inf)\n", "")


# %% mistake: nt_xent | the row itself is hidden with 0, which is a similarity like any other
# hint: what is the exponential of 0? which number has the exponential 0?
replace("-torch.inf)", "0.0)")


# %% mistake: nt_xent | views are taken to lie side by side
# hint: row i of Z_1 and row i of Z_2 belong together: where do they stand after cat?
replace("torch.arange(2 * m).roll(m)", "torch.arange(2 * m) ^ 1")


# %% mistake: nt_xent | lengths matter
# hint: make Z_1 three times as long: does your cost stay?
replace("F.normalize(torch.cat([Z_1, Z_2]), dim=1)", "torch.cat([Z_1, Z_2])")


# %% mistake: nt_xent | normalised over the batch
# hint: which axis of Z is one embedding? every row should have length 1
replace("F.normalize(torch.cat([Z_1, Z_2]), dim=1)", "F.normalize(torch.cat([Z_1, Z_2]), dim=0)")


# %% mistake: nt_xent | the temperature is multiplied in the batch
# hint: do small temperatures make the differences larger in your scores?
replace("directions @ directions.T / temperature", "directions @ directions.T * temperature")


# %% mistake: nt_xent | candidates are those of the other view alone
# hint: six equal embeddings: five candidates each, two of them from the same side
replace(
    """
    scores = directions @ directions.T / temperature
    scores = scores.masked_fill(torch.eye(2 * m, dtype=torch.bool), -torch.inf)
    partners = torch.arange(2 * m).roll(m)
    return F.cross_entropy(scores, partners)
    """,
    """
    scores = directions[:m] @ directions[m:].T / temperature
    truth = torch.arange(m)
    return (F.cross_entropy(scores, truth) + F.cross_entropy(scores.T, truth)) / 2
    """,
)


# %% mistake: nt_xent | only one direction
# hint: over how many rows is the mean? the rows of the second view have costs, too
replace("F.cross_entropy(scores, partners)", "F.cross_entropy(scores[:m], partners[:m])")


# %% mistake: nt_xent | the sum over the rows
# hint: compare with the worked example: mean or sum?
replace("F.cross_entropy(scores, partners)", 'F.cross_entropy(scores, partners, reduction="sum")')


# %% mistake: nt_xent | the row itself is subtracted after the exponential
# hint: at temperature 0.01 your exponentials overflow: hide the row before the exponential
replace(
    """
    scores = scores.masked_fill(torch.eye(2 * m, dtype=torch.bool), -torch.inf)
    partners = torch.arange(2 * m).roll(m)
    return F.cross_entropy(scores, partners)
    """,
    """
    weights = torch.exp(scores)
    total = weights.sum(dim=1) - torch.exp(torch.tensor(1 / temperature))
    chosen = weights[torch.arange(2 * m), torch.arange(2 * m).roll(m)]
    return -torch.log(chosen / total).mean()
    """,
)


# %% mistake: nt_xent | the embeddings are normalised in place
# hint: what do Z_1 and Z hold after the calls?
replace(
    "directions = Z / Z.norm(dim=1, keepdim=True)",
    "directions = Z.div_(Z.norm(dim=1, keepdim=True))",
)


# %% mistake: nt_xent | the second view counts as a constant
# hint: does a gradient arrive at both views?
replace("torch.cat([Z_1, Z_2])", "torch.cat([Z_1, Z_2.detach()])")


# %% mistake: nt_xent | the views are normalised in place
# hint: what do Z_1 and Z_2 hold after nt_xent?
replace(
    "m = len(Z_1)\n",
    """
    m = len(Z_1)
    with torch.no_grad():
        Z_2 /= Z_2.norm(dim=1, keepdim=True)
    """,
)


# %% alternative: nt_xent | with logsumexp and diagonals
replace(
    """
    similarity = directions @ directions[i]
    others = [torch.exp(similarity[k] / temperature) for k in range(len(Z)) if k != i]
    return torch.log(sum(others)) - similarity[j] / temperature
    """,
    """
    scores = F.cosine_similarity(Z, Z[i : i + 1], dim=1) / temperature
    rest = torch.cat([scores[:i], scores[i + 1 :]])
    return rest.logsumexp(dim=0) - scores[j]
    """,
)
replace(
    """
    scores = directions @ directions.T / temperature
    scores = scores.masked_fill(torch.eye(2 * m, dtype=torch.bool), -torch.inf)
    partners = torch.arange(2 * m).roll(m)
    return F.cross_entropy(scores, partners)
    """,
    """
    S = directions @ directions.T / temperature
    right = torch.cat([S.diagonal(m), S.diagonal(-m)])
    S = S - torch.diag(torch.full((2 * m,), 1e9, dtype=S.dtype))
    return (torch.logsumexp(S, dim=1) - right).mean()
    """,
)


# %% alternative: nt_xent | the diagonal is cut out
replace(
    """
    scores = scores.masked_fill(torch.eye(2 * m, dtype=torch.bool), -torch.inf)
    partners = torch.arange(2 * m).roll(m)
    return F.cross_entropy(scores, partners)
    """,
    """
    others = scores[~torch.eye(2 * m, dtype=torch.bool)].reshape(2 * m, 2 * m - 1)
    partners = torch.cat([torch.arange(m, 2 * m) - 1, torch.arange(m)])
    return F.nll_loss(F.log_softmax(others, dim=1), partners)
    """,
)


# %% mistake: style | not divided
# hint: compare with the worked example: by which number are the products divided?
replace("rows @ rows.mT / rows[0].numel()", "rows @ rows.mT")


# %% mistake: style | divided by the pixels alone
# hint: C, H and W: which of the three is missing below the line?
replace("rows[0].numel()", "rows.shape[2]")


# %% mistake: style | the batch is in the divisor
# hint: does the Gram matrix of an image depend on how many others are in the batch?
replace("rows[0].numel()", "maps.numel()")


# %% mistake: style | reshaped without moving the axis, which mixes channels
# hint: is each of your rows one channel? look at one image with two different maps
replace("rows = maps.flatten(2)", "rows = maps.flatten(2).reshape(len(maps), -1, maps.shape[1]).mT")


# %% mistake: style | pixels by pixels
# hint: which shape has your Gram matrix? channels by channels is wanted
replace("rows @ rows.mT", "rows.mT @ rows")


# %% mistake: style | one matrix for the whole batch
# hint: two images: do you get two matrices?
replace("rows = maps.flatten(2)", "rows = maps.transpose(0, 1).flatten(1)[None]")


# %% mistake: style | the means are taken out: a covariance
# hint: is the mean of a map part of its style here? the formula subtracts nothing
replace("maps.flatten(2)", "maps.flatten(2) - maps.flatten(2).mean(dim=2, keepdim=True)")


# %% mistake: style | gradient flows into the style
# hint: the style is a target: does it get a gradient?
replace("gram_matrix(target_maps).detach()", "gram_matrix(target_maps)")


# %% mistake: style | the weights are ignored
# hint: does your cost change when a layer's weight is doubled?
replace("J + weight *", "J +")


# %% mistake: style | not relative to the style
# hint: multiply all maps by ten: does your cost stay as it is?
replace(" / (target**2).sum()", "")


# %% mistake: style | relative to the picture
# hint: below the line stand the Gram matrices of the style, not those of the picture
replace("(target**2).sum()", "(gram_matrix(maps).detach() ** 2).sum()")


# %% mistake: style | the norm is not squared
# hint: compare with the worked example: 9/16 or 3/4?
replace(
    "((gram_matrix(maps) - target) ** 2).sum() / (target**2).sum()",
    "(gram_matrix(maps) - target).norm() / target.norm()",
)


# %% mistake: style | maps are compared, not Gram matrices
# hint: may picture and style have different sizes in your cost?
replace("gram_matrix(target_maps).detach()", "target_maps.detach()")
replace("gram_matrix(maps) - target", "maps - target")


# %% mistake: style | only the last layer counts
# hint: do all layers add to your cost?
replace("J = J + weight", "J = weight")


# %% mistake: style | a ratio for each image, and then their mean
# hint: two images: do you divide before or after the sum over the images?
replace(
    "((gram_matrix(maps) - target) ** 2).sum() / (target**2).sum()",
    "(((gram_matrix(maps) - target) ** 2).sum((1, 2)) / (target**2).sum((1, 2))).mean()",
)


# %% mistake: style | the mean over the layers
# hint: do the layers add up, or do you take their mean?
replace("return J\n", "return J / len(weights)\n")


# %% alternative: style | by einsum, and a generator of terms
replace(
    """
    rows = maps.flatten(2)
    return rows @ rows.mT / rows[0].numel()
    """,
    """
    m, c, height, width = maps.shape
    return torch.einsum("mchw,mdhw->mcd", maps, maps) / (c * height * width)
    """,
)
replace(
    """
    J = 0.0
    for maps, target_maps, weight in zip(picture_maps, style_maps, weights, strict=True):
        target = gram_matrix(target_maps).detach()
        J = J + weight * ((gram_matrix(maps) - target) ** 2).sum() / (target**2).sum()
    return J
    """,
    """
    with torch.no_grad():
        targets = [gram_matrix(maps) for maps in style_maps]
    return sum(
        weight * (gram_matrix(maps) - target).square().sum() / target.square().sum()
        for maps, target, weight in zip(picture_maps, targets, weights)
    )
    """,
)


# %% alternative: style | with bmm, detached before the product
replace(
    "rows @ rows.mT / rows[0].numel()",
    "torch.bmm(rows, rows.transpose(1, 2)) / rows.shape[1] / rows.shape[2]",
)
replace("gram_matrix(target_maps).detach()", "gram_matrix(target_maps.detach())")


# %% equivalent: style | the three lists have one entry a layer, as the docstring says
for maps, target_maps, weight in zip(picture_maps, style_maps, weights, strict=False):
    ...


# %% mistake: quiz | question 1
# hint: what is frozen by requires_grad_: parameters, or running averages as well?
replace('answer_1 = "b"', 'answer_1 = "a"')


# %% mistake: quiz | question 2
# hint: put -1 into dX = -lambda dA: which way does the features' gradient point?
replace('answer_2 = "d"', 'answer_2 = "a"')


# %% mistake: quiz | question 3
# hint: how many candidates of a row have the similarity of its partner, and which are they?
replace('answer_3 = "a"', 'answer_3 = "b"')


# %% mistake: quiz | question 4
# hint: what would the cost be in collapse? which anchors count in the mean at all?
replace('answer_4 = "c"', 'answer_4 = "a"')


# %% mistake: quiz | question 5
# hint: an inner product is a sum over pixels: does it depend on their order?
replace('answer_5 = "b"', 'answer_5 = "a"')
