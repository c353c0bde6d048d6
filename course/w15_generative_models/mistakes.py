"""Wrong and unusual right answers of week 15, on which the tests of the assignment are tested.

A block is the whole solution cell of its exercise, or replacements in the reference.
"""

# %% mistake: elbo | the variance is taken for the standard deviation
# hint: for log 4 your spread is 4: which function of logvar is sigma?
replace("torch.exp(0.5 * logvar)", "torch.exp(logvar)")


# %% mistake: elbo | the log-variance is taken for the standard deviation
# hint: the network gives a logarithm: what is sigma where logvar is 0?
replace("torch.exp(0.5 * logvar)", "logvar")


# %% mistake: elbo | softplus of the log-variance
# hint: sigma for logvar = log 4 is to be 2: what does your function give?
replace("torch.exp(0.5 * logvar)", "F.softplus(logvar)")


# %% mistake: elbo | the code is a constant for the gradient
# hint: can a gradient pass from z back to mu and logvar? look for detach and data
replace("torch.exp(0.5 * logvar)", "torch.exp(0.5 * logvar).detach()")


# %% mistake: elbo | the noise is written over
# hint: what does epsilon hold after the call?
replace(
    "mu + torch.exp(0.5 * logvar) * epsilon", "epsilon.mul_(torch.exp(0.5 * logvar).detach()) + mu"
)


# %% mistake: elbo | the sign of the divergence is turned
# hint: a divergence is never below 0: what is yours for mu = 1?
replace("0.5 * (mu**2", "-0.5 * (mu**2")


# %% mistake: elbo | the minus one is forgotten
# hint: what is the divergence of a standard normal from itself?
replace("logvar.exp() - 1 - logvar", "logvar.exp() - logvar")


# %% mistake: elbo | the half is forgotten
# hint: your divergence is twice that of the worked example
replace("0.5 * (mu**2 + logvar.exp() - 1 - logvar)", "(mu**2 + logvar.exp() - 1 - logvar)")


# %% mistake: elbo | sigma in the place of its square
# hint: the formula has sigma squared; what is exp(logvar / 2)?
replace("mu**2 + logvar.exp()", "mu**2 + torch.exp(0.5 * logvar)")


# %% mistake: elbo | the mean over latent variables
# hint: with more latent variables the divergence grows: is yours a sum over them?
replace("- logvar).sum(dim=1)", "- logvar).mean(dim=1)")


# %% mistake: elbo | the sum over the batch, one number for each latent variable
# hint: the shape is to be (m,): over which axis do you sum?
replace("- logvar).sum(dim=1)", "- logvar).sum(dim=0)")


# %% mistake: elbo | the reconstruction is a mean over pixels, the KL term a sum
# hint: are both terms sums over what one picture has? this is the best known bug of a VAE
replace("pixels.flatten(1).sum(dim=1).mean()", "pixels.mean()")


# %% mistake: elbo | sums over the batch
# hint: twice the pictures, twice the cost? the formula has 1/m
replace("sum(dim=1).mean()", "sum(dim=1).sum()")


# %% mistake: elbo | only the last axis of a picture is summed
# hint: a picture may have three axes: do you sum over all of them?
replace("pixels.flatten(1).sum(dim=1).mean()", "pixels.sum(dim=-1).mean()")


# %% mistake: elbo | the KL term is divided by the batch's size only, summed over nothing else
# hint: with a batch of one your KL term is right; with two it is not: mean over pictures
replace("gaussian_kl(mu, logvar).mean()", "gaussian_kl(mu, logvar).sum()")


# %% mistake: elbo | the KL term is returned with beta
# hint: the third result is the KL term itself: look at what multiplies it
replace(
    "return reconstruction + beta * kl, reconstruction, kl",
    "return reconstruction + beta * kl, reconstruction, beta * kl",
)


# %% mistake: elbo | beta is not used
# hint: what changes in your cost when beta is 2?
replace("reconstruction + beta * kl,", "reconstruction + kl,")


# %% mistake: elbo | the KL term is rewarded
# hint: both terms of J have a plus sign
replace("reconstruction + beta * kl,", "reconstruction - beta * kl,")


# %% mistake: elbo | squared error in the place of the cross-entropy
# hint: which function of logit and pixel stands in the formula?
replace(
    'F.binary_cross_entropy_with_logits(logits, X, reduction="none")',
    "(torch.sigmoid(logits) - X) ** 2",
)


# %% mistake: elbo | the cross-entropy by hand, which overflows
# hint: what is the logarithm of 1 - sigmoid(200) for a computer?
replace(
    'F.binary_cross_entropy_with_logits(logits, X, reduction="none")',
    "-X * torch.sigmoid(logits).log() - (1 - X) * (1 - torch.sigmoid(logits)).log()",
)


# %% alternative: elbo | with the library's distributions
def reparameterise(mu, logvar, epsilon):
    return torch.addcmul(mu, (logvar / 2).exp(), epsilon)


def gaussian_kl(mu, logvar):
    variance = torch.exp(logvar)
    return torch.sum(variance + mu * mu - logvar - 1, dim=-1) / 2


def negative_elbo(logits, X, mu, logvar, beta=1.0):
    entropy = F.softplus(logits) - X * logits
    fit = entropy.sum() / len(X)
    kl = torch.mean(gaussian_kl(mu, logvar))
    return fit + kl * beta, fit, kl


# %% alternative: elbo | the library's sum, divided by the number of pictures
replace("pixels.flatten(1).sum(dim=1).mean()", "pixels.sum() / X.shape[0]")
replace("torch.exp(0.5 * logvar)", "logvar.exp().sqrt()")


# %% mistake: anomaly | the logits are compared with the pixels
# hint: the decoder returns logits: what makes pixels of them?
replace("torch.sigmoid(decode(mu))", "decode(mu)")


# %% mistake: anomaly | a draw in the place of the mean
# hint: call your function twice: is the error the same? which code does the text take?
replace(
    "mu, _ = encode(X)",
    """
    mu, logvar = encode(X)
    mu = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    """,
)


# %% mistake: anomaly | the log-variances are decoded
# hint: encode returns two things: which of them is the mean?
replace("mu, _ = encode(X)", "_, mu = encode(X)")


# %% mistake: anomaly | one error for the whole batch
# hint: how many errors do you return for three pictures?
replace("squares.flatten(1).mean(dim=1).numpy()", "squares.mean().numpy()")


# %% mistake: anomaly | the sum over the pixels
# hint: your errors grow with the size of the picture: look at 1/P
replace("flatten(1).mean(dim=1)", "flatten(1).sum(dim=1)")


# %% mistake: anomaly | absolute differences
# hint: the formula has a square
replace("(torch.sigmoid(decode(mu)) - X) ** 2", "(torch.sigmoid(decode(mu)) - X).abs()")


# %% mistake: anomaly | the threshold is chosen on the test set
# hint: which set chooses the threshold? the test set holds wrong things
replace(
    "m = len(validation_errors)",
    """
    validation_errors = test_errors
    m = len(validation_errors)
    """,
)


# %% mistake: anomaly | an alarm at the threshold itself
# hint: alarms go off strictly above the threshold
replace("test_errors > threshold", "test_errors >= threshold")


# %% mistake: anomaly | one place too low
# hint: how many validation errors lie above your threshold, and how many may?
replace("m - 1 - above", "max(m - 2 - above, 0)")


# %% mistake: anomaly | the largest error is the threshold, whatever the rate
# hint: try a rate of 0.25: may one of four errors lie above?
replace("m - 1 - above", "m - 1")


# %% mistake: anomaly | sorted the wrong way round
# hint: the threshold is among the large errors
replace("m - 1 - above", "above")


# %% mistake: anomaly | shares of all test examples
# hint: false alarms are a share of the right things, not of everything
replace(
    "float(alarms[~wrong].mean()), float(alarms[wrong].mean())",
    "float((alarms & ~wrong).mean()), float((alarms & wrong).mean())",
)


# %% mistake: anomaly | right and wrong things are exchanged
# hint: an alarm for a right thing is a false alarm
replace(
    "float(alarms[~wrong].mean()), float(alarms[wrong].mean())",
    "float(alarms[wrong].mean()), float(alarms[~wrong].mean())",
)


# %% mistake: anomaly | the validation errors are sorted in place
# hint: are the validation errors still in their order after the call?
replace("np.sort(validation_errors)[m - 1 - above]", "validation_errors[m - 1 - above]")
replace(
    "m = len(validation_errors)",
    """
    m = len(validation_errors)
    validation_errors.sort()
    """,
)


# %% mistake: anomaly | rounding takes an error away
# hint: what is int(0.29 * 100)? allow for rounding
replace("np.floor(rate * m + 1e-9)", "np.floor(rate * m)")


# %% mistake: anomaly | a rate of one is accepted
# hint: for which rates does the docstring promise an error?
replace("0 <= rate < 1", "0 <= rate <= 1")


# %% mistake: anomaly | an interpolated quantile
# hint: the threshold is one of the validation errors
replace("np.sort(validation_errors)[m - 1 - above]", "np.quantile(validation_errors, 1 - rate)")


# %% alternative: anomaly | candidates are tried one after another
def reconstruction_errors(encode, decode, X):
    picture = decode(encode(X)[0]).detach()
    difference = torch.sigmoid(picture) - X
    return difference.square().reshape(len(X), -1).mean(axis=1).numpy()


def alarm_rates(validation_errors, test_errors, wrong, rate):
    if rate < 0 or rate >= 1:
        raise ValueError("the rate is to be from 0 to below 1")
    for threshold in sorted(validation_errors):
        if np.mean(validation_errors > threshold) <= rate + 1e-9:
            break
    alarms = np.greater(test_errors, threshold)
    return threshold, np.mean(alarms[wrong == 0]), np.mean(alarms[wrong])


# %% alternative: anomaly | partition, and counts by hand
replace(
    "np.sort(validation_errors)[m - 1 - above]",
    "np.partition(validation_errors, m - 1 - above)[m - 1 - above]",
)
replace("float(alarms[wrong].mean())", "alarms[wrong].sum() / wrong.sum()")


# %% mistake: gan_losses | real and generated are exchanged
# hint: what is the loss of a discriminator that is sure and right?
replace("-real_logits", "real_logits")
replace(
    "real + tf.reduce_mean(tf.nn.softplus(fake_logits))",
    "real + tf.reduce_mean(tf.nn.softplus(-fake_logits))",
)


# %% mistake: gan_losses | the mean of both means
# hint: logits of 0 cost log 2 for each sort, and their sum is asked for
replace(
    "return real + tf.reduce_mean(tf.nn.softplus(fake_logits))",
    "return (real + tf.reduce_mean(tf.nn.softplus(fake_logits))) / 2",
)


# %% mistake: gan_losses | sums over the batch
# hint: give every example twice: does your loss stay the same?
replace(
    "tf.reduce_mean(tf.nn.softplus(-real_logits))", "tf.reduce_sum(tf.nn.softplus(-real_logits))"
)


# %% mistake: gan_losses | one mean over both batches
# hint: the batches may have different sizes: each has a mean of its own
def discriminator_loss(real_logits, fake_logits):
    both = tf.concat([-real_logits, fake_logits], axis=0)
    return 2 * tf.reduce_mean(tf.nn.softplus(both))


def generator_loss(fake_logits, saturating=False):
    if saturating:
        return -tf.reduce_mean(tf.nn.softplus(fake_logits))
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


# %% mistake: gan_losses | the logarithm of the sigmoid, which overflows
# hint: what is the logarithm of 1 - sigmoid(500) for a computer?
def discriminator_loss(real_logits, fake_logits):
    real, fake = tf.sigmoid(real_logits), tf.sigmoid(fake_logits)
    return -tf.reduce_mean(tf.math.log(real)) - tf.reduce_mean(tf.math.log(1 - fake))


def generator_loss(fake_logits, saturating=False):
    fake = tf.sigmoid(fake_logits)
    if saturating:
        return tf.reduce_mean(tf.math.log(1 - fake))
    return -tf.reduce_mean(tf.math.log(fake))


# %% mistake: gan_losses | the saturating loss has the wrong sign
# hint: the generator makes its loss small: which way does yours push the logit?
replace(
    "return -tf.reduce_mean(tf.nn.softplus(fake_logits))",
    "return tf.reduce_mean(tf.nn.softplus(fake_logits))",
)


# %% mistake: gan_losses | both losses of the generator are the same
# hint: compare your two losses at a logit of -6
replace(
    "return -tf.reduce_mean(tf.nn.softplus(fake_logits))",
    "return tf.reduce_mean(tf.nn.softplus(-fake_logits))",
)


# %% mistake: gan_losses | saturating and not are exchanged
# hint: which of the two losses is almost flat at a logit of -6?
replace("if saturating:", "if not saturating:")


# %% mistake: gan_losses | the generator helps the discriminator
# hint: the generator wants its fakes to be taken for real
replace(
    "return tf.reduce_mean(tf.nn.softplus(-fake_logits))",
    "return tf.reduce_mean(tf.nn.softplus(fake_logits))",
)


# %% alternative: gan_losses | the cross-entropy of the library
def discriminator_loss(real_logits, fake_logits):
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    real = entropy(labels=tf.ones_like(real_logits), logits=real_logits)
    fake = entropy(labels=tf.zeros_like(fake_logits), logits=fake_logits)
    return tf.reduce_mean(real) + tf.reduce_mean(fake)


def generator_loss(fake_logits, saturating=False):
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    target = tf.zeros_like(fake_logits) if saturating else tf.ones_like(fake_logits)
    loss = tf.reduce_mean(entropy(labels=target, logits=fake_logits))
    return -loss if saturating else loss


# %% alternative: gan_losses | log_sigmoid
replace(
    "tf.reduce_mean(tf.nn.softplus(-real_logits))",
    "-tf.reduce_mean(tf.math.log_sigmoid(real_logits))",
)
replace(
    "return -tf.reduce_mean(tf.nn.softplus(fake_logits))",
    "return tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))",
)


# %% mistake: conditional_gan | the label is the class number and not one-hot
# hint: an input of two numbers with three classes becomes one of five numbers
replace(
    "labels = tf.one_hot(y, classes, dtype=inputs.dtype)",
    "labels = tf.repeat(tf.cast(y, inputs.dtype)[:, None], classes, axis=1)",
)


# %% mistake: conditional_gan | the label stands in front
# hint: labels are appended: the inputs come first
replace(
    "tf.concat([inputs, tf.broadcast_to(labels, shape)], axis=-1)",
    "tf.concat([tf.broadcast_to(labels, shape), inputs], axis=-1)",
)


# %% mistake: conditional_gan | only vectors get labels
# hint: an image has two axes more than its label: what can be done about that?
replace(
    """
    for _ in range(len(inputs.shape) - 2):
        labels = labels[:, None]
    shape = tf.concat([tf.shape(inputs)[:-1], [classes]], axis=0)
    return tf.concat([inputs, tf.broadcast_to(labels, shape)], axis=-1)
    """,
    "return tf.concat([inputs, labels], axis=-1)",
)


# %% mistake: conditional_gan | the fakes of the generator's step are a constant
# hint: what does g_tape.gradient return? which computation must happen inside the tape?
replace(
    """
    with tf.GradientTape() as g_tape:
        fake = self.generator(source, training=True)
    """,
    """
    with tf.GradientTape() as g_tape:
        fake = tf.stop_gradient(self.generator(source, training=True))
    """,
)


# %% mistake: conditional_gan | the generator is judged before the discriminator has learned
# hint: which weights does the discriminator have when it judges the generator's step?
replace("self.d_optimiser.apply(d_gradients, self.discriminator.trainable_variables)", "")
replace(
    "self.g_optimiser.apply(g_gradients, self.generator.trainable_variables)",
    """
    self.d_optimiser.apply(d_gradients, self.discriminator.trainable_variables)
    self.g_optimiser.apply(g_gradients, self.generator.trainable_variables)
    """,
)


# %% mistake: conditional_gan | the generator's step moves the discriminator, too
# hint: whose variables move in the second step, and by which optimiser?
replace(
    """
    self.g_optimiser.apply(g_gradients, self.generator.trainable_variables)
    """,
    """
    self.g_optimiser.apply(g_gradients, self.generator.trainable_variables)
    with tf.GradientTape() as extra:
        loss = generator_loss(
            self.discriminator(add_label(fake, y, self.classes), training=True)
        )
    slopes = extra.gradient(loss, self.discriminator.trainable_variables)
    self.d_optimiser.apply(slopes, self.discriminator.trainable_variables)
    """,
)


# %% mistake: conditional_gan | the discriminator never learns
# hint: do the weights of the discriminator change in a step?
replace("self.d_optimiser.apply(d_gradients, self.discriminator.trainable_variables)", "")


# %% mistake: conditional_gan | the generator never learns
# hint: do the weights of the generator change in a step?
replace("self.g_optimiser.apply(g_gradients, self.generator.trainable_variables)", "")


# %% mistake: conditional_gan | the optimisers are exchanged
# hint: give one player a learning rate of 0: does the right one stand still?
replace("self.d_optimiser.apply(", "self.other.apply(")
replace("self.g_optimiser.apply(", "self.d_optimiser.apply(")
replace("self.other.apply(", "self.g_optimiser.apply(")


# %% mistake: conditional_gan | the generator makes the loss of the discriminator small
# hint: which loss is the generator's, and which way does it push the logits of fakes?
replace(
    "g_loss = generator_loss(fake_logits)", "g_loss = discriminator_loss(real_logits, fake_logits)"
)


# %% mistake: conditional_gan | the saturating loss
# hint: which of the generator's two losses does the text ask for?
replace("generator_loss(fake_logits)", "generator_loss(fake_logits, saturating=True)")


# %% mistake: conditional_gan | the discriminator sees the fakes with other labels
# hint: which label belongs to a fake that was made for class y?
replace(
    """
    fake_logits = self.discriminator(add_label(fake, y, self.classes), training=True)
    d_loss
    """,
    """
    fake_logits = self.discriminator(add_label(fake, y[::-1], self.classes), training=True)
    d_loss
    """,
)


# %% mistake: conditional_gan | the networks run in inference mode
# hint: in which mode do both networks run during training? think of batch norm
replace(
    "real_logits = self.discriminator(add_label(X, y, self.classes), training=True)",
    "real_logits = self.discriminator(add_label(X, y, self.classes), training=False)",
)


# %% mistake: conditional_gan | the losses as a tuple
# hint: fit wants a dictionary: which keys does the docstring name?
replace('{"d_loss": d_loss, "g_loss": g_loss}', "d_loss, g_loss")


# %% alternative: conditional_gan | one persistent tape, and the discriminator judges again
class ConditionalGAN(keras.Model):
    def __init__(self, generator, discriminator, classes):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.classes = classes

    def compile(self, d_optimiser, g_optimiser):
        super().compile()
        self.d_optimiser = d_optimiser
        self.g_optimiser = g_optimiser
        d_optimiser.build(self.discriminator.trainable_variables)
        g_optimiser.build(self.generator.trainable_variables)

    def train_step(self, batch):
        X, y, Z = batch
        losses = {}
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(add_label(Z, y, self.classes), training=True)
            pairs = [add_label(part, y, self.classes) for part in (X, fake)]
            losses["d_loss"] = discriminator_loss(
                *[self.discriminator(pair, training=True) for pair in pairs]
            )
        theirs = self.discriminator.trainable_variables
        slopes = tape.gradient(losses["d_loss"], theirs)
        self.d_optimiser.apply_gradients(zip(slopes, theirs))
        with tf.GradientTape() as second:
            fake = self.generator(add_label(Z, y, self.classes), training=True)
            judged = self.discriminator(add_label(fake, y, self.classes), training=True)
            losses["g_loss"] = generator_loss(judged)
        mine = self.generator.trainable_variables
        self.g_optimiser.apply_gradients(zip(second.gradient(losses["g_loss"], mine), mine))
        return losses


def add_label(inputs, y, classes):
    labels = tf.gather(tf.eye(classes), y)
    inner = tuple(inputs.shape[1:-1])
    labels = tf.reshape(labels, (-1, *[1] * len(inner), classes))
    return tf.concat([inputs, tf.tile(labels, (1, *inner, 1))], axis=len(inner) + 1)


# %% alternative: conditional_gan | the fakes inside the first tape, too
replace(
    """
    fake = self.generator(source, training=True)
    with tf.GradientTape() as d_tape:
    """,
    """
    with tf.GradientTape() as d_tape:
        fake = self.generator(source, training=True)
    """,
)


# %% mistake: penalty | one length for the whole batch
# hint: give the batch twice: does your penalty stay the same? each example has its own length
replace(
    "torch.sqrt(slopes.flatten(1).square().sum(dim=1) + 1e-12)",
    "torch.sqrt(slopes.square().sum() + 1e-12)",
)


# %% mistake: penalty | the length over the channels alone
# hint: the sum runs over all elements of an example, not over its second axis alone
replace("slopes.flatten(1).square().sum(dim=1)", "slopes.square().sum(dim=1)")


# %% mistake: penalty | the graph of the gradient is not kept
# hint: can your penalty be differentiated? look at what create_graph does
replace("mixed, create_graph=True", "mixed")


# %% mistake: penalty | only steepness above one is punished
# hint: the formula asks for a length of exactly 1: what does a flat critic cost?
replace("(lengths - 1) ** 2", "(lengths - 1).clamp(min=0) ** 2")


# %% mistake: penalty | the squared length
# hint: in the worked example the length is 5, not 25
replace(
    "torch.sqrt(slopes.flatten(1).square().sum(dim=1) + 1e-12)",
    "slopes.flatten(1).square().sum(dim=1)",
)


# %% mistake: penalty | the root has no derivative where the gradient vanishes
# hint: what is the derivative of the root at 0? read what the 1e-12 is for
replace(" + 1e-12", "")


# %% mistake: penalty | real and generated shares are exchanged
# hint: u is the share of the real example: what is the mixture for u = 1?
replace("share * real + (1 - share) * fake", "(1 - share) * real + share * fake")


# %% mistake: penalty | the gradient at the real examples
# hint: where does the text ask for the slope: at the data, or between data and fakes?
replace("share * real + (1 - share) * fake", "real")


# %% mistake: penalty | a single mixture for the whole batch
# hint: each example has its own u
replace("share = u.reshape(-1, *[1] * (real.ndim - 1))", "share = u[0]")


# %% mistake: penalty | the mean of the critic is differentiated
# hint: with a larger batch your gradients get smaller: sum or mean before autograd.grad?
replace("critic(mixed).sum()", "critic(mixed).mean()")


# %% mistake: penalty | the generator gets a gradient
# hint: the mixtures count as constants: where does your graph begin?
replace(
    "mixed = (share * real + (1 - share) * fake).detach().requires_grad_()",
    """
    mixed = share * real + (1 - share) * fake
    if not mixed.requires_grad:
        mixed.requires_grad_()
    """,
)


# %% alternative: penalty | with the gradients of each output
def gradient_penalty(critic, real, fake, u):
    view = u.view(len(u), *(1 for _ in real.shape[1:]))
    point = torch.lerp(fake.detach(), real.detach(), view.expand_as(real)).requires_grad_(True)
    value = critic(point)
    gradient = torch.autograd.grad(
        value, point, grad_outputs=torch.ones_like(value), create_graph=True, retain_graph=True
    )[0]
    length = (gradient.reshape(len(u), -1).pow(2).sum(1) + 1e-12).sqrt()
    return torch.mean((1 - length) ** 2)


# %% alternative: penalty | the norm of the library, with care at zero
replace(
    "torch.sqrt(slopes.flatten(1).square().sum(dim=1) + 1e-12)",
    "(slopes.flatten(1).pow(2).sum(-1) + 1e-12) ** 0.5",
)
replace("((lengths - 1) ** 2).mean()", "F.mse_loss(lengths, torch.ones_like(lengths))")


# %% mistake: cycle | the identity loss is the wrong way round
# hint: a map to B is to leave alone what is B already: which pictures go into it?
replace(
    "F.l1_loss(to_b(B), B) + F.l1_loss(to_a(A), A)", "F.l1_loss(to_b(A), A) + F.l1_loss(to_a(B), B)"
)


# %% mistake: cycle | only one way of the cycle
# hint: there are two round trips: from A and from B
replace("F.l1_loss(to_a(to_b(A)), A) + F.l1_loss(to_b(to_a(B)), B)", "F.l1_loss(to_a(to_b(A)), A)")


# %% mistake: cycle | squares in the place of absolute differences
# hint: the formulas have absolute differences
replace("F.l1_loss(to_a(to_b(A)), A)", "F.mse_loss(to_a(to_b(A)), A)")


# %% mistake: cycle | the round trip begins with the wrong generator
# hint: A is of sort A: which generator takes it first?
replace(
    "F.l1_loss(to_a(to_b(A)), A) + F.l1_loss(to_b(to_a(B)), B)",
    "F.l1_loss(to_b(to_a(A)), A) + F.l1_loss(to_a(to_b(B)), B)",
)


# %% mistake: cycle | sums in the place of means
# hint: give every picture twice: does your loss stay the same?
replace("F.l1_loss(to_b(B), B)", 'F.l1_loss(to_b(B), B, reduction="sum")')


# %% mistake: cycle | the losses in the other order
# hint: which of the two results comes first?
replace("return cycle, identity", "return identity, cycle")


# %% alternative: cycle | differences by hand
def cycle_losses(to_b, to_a, A, B):
    def mean_difference(first, second):
        return torch.abs(first - second).mean()

    there, back = to_b(A), to_a(B)
    cycle = mean_difference(to_a(there), A) + mean_difference(to_b(back), B)
    return cycle, mean_difference(to_a(A), A) + mean_difference(B, to_b(B))


# %% alternative: cycle | the library's loss as an object
replace("F.l1_loss(to_b(B), B)", "nn.L1Loss()(to_b(B), B)")
replace("F.l1_loss(to_a(A), A)", "(to_a(A) - A).abs().sum() / A.numel()")


# %% mistake: noising | the schedule without its largest step
# hint: what is alpha_bar at the last level? it is to be divided by
replace(".clamp(max=0.999)", "")


# %% mistake: noising | the array begins with level 1
# hint: how many levels are there from 0 to T?
replace(
    "torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - betas, dim=0)])",
    "torch.cumprod(1 - betas, dim=0)",
)


# %% mistake: noising | the one stands at the wrong end
# hint: which level has no noise, the first or the last?
replace(
    "torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - betas, dim=0)])",
    "torch.cat([torch.cumprod(1 - betas, dim=0), torch.ones(1, dtype=torch.float64)])",
)


# %% mistake: noising | the cosine without its square
# hint: what is f(1) in the worked example? the cosine is squared
replace("torch.cos(angles) ** 2", "torch.cos(angles)")


# %% mistake: noising | the schedule in single precision
# hint: which dtype does the docstring promise?
replace("torch.cumprod(1 - betas, dim=0)])", "torch.cumprod(1 - betas, dim=0)]).float()")


# %% mistake: noising | the shift at the beginning is forgotten
# hint: compare your f(1) for T = 2 with the worked example: where is the 0.008?
replace("/ T + 0.008) / 1.008", "/ T)")


# %% mistake: noising | no roots
# hint: variances are shared, so roots multiply: 0.8 and 0.6 where alpha_bar is 0.64
replace(
    "return share.sqrt() * X0 + (1 - share).sqrt() * epsilon",
    "return share * X0 + (1 - share) * epsilon",
)


# %% mistake: noising | the root of the wrong share
# hint: at level 0 there is no noise: what does your formula give for alpha_bar = 1?
replace(
    "share.sqrt() * X0 + (1 - share).sqrt() * epsilon",
    "(1 - share).sqrt() * X0 + share.sqrt() * epsilon",
)


# %% mistake: noising | one level for the whole batch
# hint: each picture has its own level: which one do you take?
replace(
    "share = alpha_bar[t].reshape(-1, *[1] * (X0.ndim - 1)).to(X0.dtype)",
    "share = alpha_bar[t[0]].to(X0.dtype)",
)


# %% mistake: noising | the level of one picture is used for a column of pixels
# hint: give alpha_bar[t] axes of length one until it can multiply the pictures
replace("alpha_bar[t].reshape(-1, *[1] * (X0.ndim - 1))", "alpha_bar[t]")


# %% mistake: noising | double precision comes back
# hint: which dtype do the noisy pictures have, and which does X0?
replace(
    "alpha_bar[t].reshape(-1, *[1] * (X0.ndim - 1)).to(X0.dtype)",
    "alpha_bar[t].reshape(-1, *[1] * (X0.ndim - 1))",
)


# %% mistake: noising | levels count from one
# hint: alpha_bar[0] is 1: which entry belongs to level t?
replace(
    "share = alpha_bar[t].reshape(-1, *[1] * (X0.ndim - 1))",
    "share = alpha_bar[t - 1].reshape(-1, *[1] * (X0.ndim - 1))",
)


# %% mistake: noising | the noise is added a second time
# hint: take a noisy picture and its noise: does your estimate give back the clean one?
replace("(X - (1 - share).sqrt() * epsilon)", "(X + (1 - share).sqrt() * epsilon)")


# %% mistake: noising | the estimate is not scaled back
# hint: solve the first formula for x_0: what is left to divide by?
replace("(X - (1 - share).sqrt() * epsilon) / share.sqrt()", "X - (1 - share).sqrt() * epsilon")


# %% mistake: noising | the estimate is clamped
# hint: is every clean pixel from -1 to 1? the formula has no limits
replace(
    "(X - (1 - share).sqrt() * epsilon) / share.sqrt()",
    "((X - (1 - share).sqrt() * epsilon) / share.sqrt()).clamp(-1, 1)",
)


# %% alternative: noising | with NumPy, and einsum for the pictures
def cosine_schedule(T):
    f = np.cos((np.arange(T + 1) / T + 0.008) / 1.008 * np.pi / 2) ** 2
    alpha_bar = [1.0]
    for t in range(1, T + 1):
        beta = min(1 - f[t] / f[t - 1], 0.999)
        alpha_bar.append(alpha_bar[-1] * (1 - beta))
    return torch.tensor(alpha_bar, dtype=torch.float64)


def add_noise(X0, t, epsilon, alpha_bar):
    picture, noise = alpha_bar[t].sqrt().to(X0), (1 - alpha_bar[t]).sqrt().to(X0)
    return torch.einsum("i,i...->i...", picture, X0) + torch.einsum("i,i...->i...", noise, epsilon)


def clean_estimate(X, t, epsilon, alpha_bar):
    shape = (len(X),) + (1,) * (X.dim() - 1)
    a = torch.sqrt(alpha_bar).to(X.dtype)[t].view(shape)
    b = torch.sqrt(1 - alpha_bar).to(X.dtype)[t].view(shape)
    return X / a - epsilon * (b / a)


# %% alternative: noising | expanded from the other side
replace(
    "share.sqrt() * X0 + (1 - share).sqrt() * epsilon",
    "torch.sqrt(share) * X0 + torch.sqrt(1 - share) * epsilon",
)
replace("torch.cos(angles) ** 2", "(1 + torch.cos(2 * angles)) / 2")


# %% mistake: reverse | the variance without its denominator
# hint: the variance has a denominator, too: compare with 0.2461
replace(", (1 - alpha) * (1 - below) / (1 - now)", ", (1 - alpha) * (1 - below)")


# %% mistake: reverse | the variance of the step forwards
# hint: your variance at level 1 is not 0: how certain is a clean picture?
replace(", (1 - alpha) * (1 - below) / (1 - now)", ", 1 - alpha")


# %% mistake: reverse | alpha of one step is taken for the product
# hint: alpha_t is the share of a single step: alpha_bar_t over alpha_bar_(t-1)
replace("alpha = now / below", "alpha = now")


# %% mistake: reverse | clean and noisy pictures are exchanged
# hint: below level 1 the mean is the clean picture: is yours?
replace(
    "* (1 - alpha) * X0 + alpha.sqrt() * (1 - below) * X",
    "* (1 - alpha) * X + alpha.sqrt() * (1 - below) * X0",
)


# %% mistake: reverse | the roots are forgotten in the mean
# hint: there are two roots in the mean
replace("below.sqrt() * (1 - alpha) * X0", "below * (1 - alpha) * X0")


# %% mistake: reverse | the standard deviation is returned
# hint: variance or standard deviation? compare with 0.2461
replace(
    ", (1 - alpha) * (1 - below) / (1 - now)",
    ", ((1 - alpha) * (1 - below) / (1 - now)).sqrt()",
)


# %% mistake: reverse | the level above in the place of that below
# hint: which level is one step nearer to the clean picture?
replace(
    "now, below = alpha_bar[t], alpha_bar[t - 1]", "now, below = alpha_bar[t - 1], alpha_bar[t]"
)


# %% mistake: reverse | leaps are taken for single steps
# hint: s may be any lower level: which alpha_bar do you look up?
replace("now, below = alpha_bar[t], alpha_bar[s]", "now, below = alpha_bar[t], alpha_bar[t - 1]")


# %% mistake: reverse | the direction ignores the share of chance
# hint: with eta = 1 and the same noise, is the variance still 1 - alpha_bar? look at the root
replace("(1 - below - sigma**2)", "(1 - below)")


# %% mistake: reverse | sigma has its ratio upside down
# hint: the variance that your root gets is negative; look at which level stands in which place
replace("(1 - now / below)", "(1 - below * now)")


# %% mistake: reverse | eta is squared
# hint: what is sigma for eta = 0.5, compared with eta = 1?
replace("sigma = eta *", "sigma = eta**2 *")


# %% mistake: reverse | noise in the last step as well
# hint: what is sigma at s = 0? the last step ends at the clean picture
replace(
    "sigma = eta * ((1 - below) / (1 - now)).sqrt()",
    "sigma = eta * (((1 - below) / (1 - now)).sqrt() if s else 1.0)",
)


# %% mistake: reverse | eta is ignored
# hint: does anything change when eta is 1 and xi is not 0?
replace("sigma = eta *", "sigma = 0.0 *")


# %% mistake: reverse | the last level is left out
# hint: at which level does your sampler end? count the steps
replace("pairwise(levels)", "pairwise(levels[:-1])")


# %% mistake: reverse | every level is visited, not those of the list
# hint: the list of levels may leap: which levels do you ask for?
replace("pairwise(levels)", "pairwise(range(levels[0], -1, -1))")


# %% mistake: reverse | the network is asked for the next level
# hint: at which level are the pictures when the network sees them?
replace("predict(X, torch.full((len(X),), t))", "predict(X, torch.full((len(X),), s))")


# %% mistake: reverse | the network sees the starting noise at every step
# hint: which pictures does the network see in the second step?
replace(
    "for t, s in pairwise(levels):",
    """
    start = X
    for t, s in pairwise(levels):
    """,
)
replace("predict(X, torch", "predict(start, torch")


# %% mistake: reverse | one level for the whole batch is handed over
# hint: predict wants one level for each picture: which shape has your t?
replace("predict(X, torch.full((len(X),), t))", "predict(X, torch.full((1,), t))")


# %% alternative: reverse | everything in numbers
def posterior(X0, X, t, alpha_bar):
    a, b = alpha_bar[t], alpha_bar[t - 1]
    beta = 1 - a / b
    weight = torch.sqrt(b) * beta / (1 - a)
    other = torch.sqrt(a / b) * (1 - b) / (1 - a)
    return weight * X0 + other * X, beta * (1 - b) / (1 - a)


def ddim_step(X, t, s, epsilon, alpha_bar, eta=0.0, xi=0.0):
    a, b = float(alpha_bar[t]), float(alpha_bar[s])
    levels = torch.tensor([t] * X.shape[0])
    variance = eta**2 * (1 - b) / (1 - a) * (1 - a / b)
    clean = clean_estimate(X, levels, epsilon, alpha_bar)
    return b**0.5 * clean + max(1 - b - variance, 0.0) ** 0.5 * epsilon + variance**0.5 * xi


def sample(predict, X, levels, alpha_bar):
    for number in range(len(levels) - 1):
        t = levels[number] * torch.ones(len(X), dtype=torch.int64)
        X = ddim_step(X, levels[number], levels[number + 1], predict(X, t), alpha_bar)
    return X


# %% alternative: reverse | the variance by precisions, the sampler without pairs
replace(
    "return mean / (1 - now), (1 - alpha) * (1 - below) / (1 - now)",
    "return mean / (1 - now), (1 - below) - alpha * (1 - below) ** 2 / (1 - now)",
)
replace("for t, s in pairwise(levels):", "for t, s in zip(levels[:-1], levels[1:], strict=True):")


# %% mistake: frechet | the root of the product is forgotten
# hint: the trace is that of a root: take roots of the eigenvalues
replace(
    "np.sqrt(np.linalg.eigvalsh(root @ S_b @ root).clip(min=0)).sum()",
    "np.trace(root @ S_b @ root)",
)


# %% mistake: frechet | variances divide by m
# hint: by what do the variances of the worked example divide, by 3 or by 2?
replace("np.cov(M, rowvar=False)", "np.cov(M, rowvar=False, bias=True)")


# %% mistake: frechet | the distance of the means is not squared
# hint: shift A by (3, 0, 4): the distance is 25, not 5
replace(
    "((A.mean(axis=0) - B.mean(axis=0)) ** 2).sum()",
    "np.linalg.norm(A.mean(axis=0) - B.mean(axis=0))",
)


# %% mistake: frechet | the overlap is subtracted once
# hint: the distance of A from itself is 0: how often is the last trace subtracted?
replace("2 * overlap", "overlap")


# %% mistake: frechet | the means are forgotten
# hint: does your distance change when B is moved?
replace("shift + np.trace(S_a)", "np.trace(S_a)")


# %% mistake: frechet | features in columns
# hint: which axis counts the examples, and which the features?
replace("np.cov(M, rowvar=False)", "np.cov(M)")


# %% mistake: frechet | the root of each variance, correlations ignored
# hint: two features may belong together: is the off-diagonal of S in your root?
replace("root = (V * np.sqrt(values.clip(min=0))) @ V.T", "root = np.diag(np.sqrt(np.diag(S_a)))")


# %% mistake: frechet | negative rounding becomes NaN
# hint: what is the root of -1e-17? fewer examples than features have eigenvalues of 0
replace("np.sqrt(values.clip(min=0))", "np.sqrt(values)")
replace(
    "np.linalg.eigvalsh(root @ S_b @ root).clip(min=0)", "np.linalg.eigvalsh(root @ S_b @ root)"
)


# %% mistake: frechet | the root of the whole distance
# hint: the squared distance is asked for: 25 for a shift of (3, 0, 4)
replace(
    "float(shift + np.trace(S_a) + np.trace(S_b) - 2 * overlap)",
    "float(np.sqrt(max(shift + np.trace(S_a) + np.trace(S_b) - 2 * overlap, 0)))",
)


# %% mistake: frechet | the matrix root is complex
# hint: with fewer examples than features, is your distance a real number?
replace(
    "overlap = np.sqrt(np.linalg.eigvalsh(root @ S_b @ root).clip(min=0)).sum()",
    "overlap = np.sqrt(np.linalg.eigvals(S_a @ S_b).astype(complex) - 1e-3j).sum()",
)
replace(
    "float(shift + np.trace(S_a) + np.trace(S_b) - 2 * overlap)",
    "shift + np.trace(S_a) + np.trace(S_b) - 2 * overlap",
)


# %% alternative: frechet | singular values of the centred features
def frechet_distance(A, B):
    A, B = A.astype(float), B.astype(float)
    C, D = A - A.mean(0), B - B.mean(0)
    C, D = C / np.sqrt(len(A) - 1), D / np.sqrt(len(B) - 1)
    overlap = np.linalg.svd(C @ D.T, compute_uv=False).sum()
    shift = np.sum((A.mean(0) - B.mean(0)) ** 2)
    return shift + (C**2).sum() + (D**2).sum() - 2 * overlap


# %% alternative: frechet | eigenvalues of the plain product
replace(
    "overlap = np.sqrt(np.linalg.eigvalsh(root @ S_b @ root).clip(min=0)).sum()",
    "overlap = np.sqrt(np.linalg.eigvals(root @ (root @ S_b)).real.clip(min=0)).sum()",
)


# %% mistake: quiz | question 1
# hint: which of the two terms has become 784 times smaller, and what does the other one do then?
replace('answer_1 = "b"', 'answer_1 = "a"')


# %% mistake: quiz | question 2
# hint: write both slopes with the sigmoid of the logit, and divide
replace('answer_2 = "c"', 'answer_2 = "a"')


# %% mistake: quiz | question 3
# hint: which variables is the tape asked for?
replace('answer_3 = "d"', 'answer_3 = "a"')


# %% mistake: quiz | question 4
# hint: what is the expectation of the gradient, over all levels that may be drawn?
replace('answer_4 = "a"', 'answer_4 = "b"')


# %% mistake: quiz | question 5
# hint: in the last payoff, how far apart are two heaps of real pictures, and why?
replace('answer_5 = "c"', 'answer_5 = "d"')
