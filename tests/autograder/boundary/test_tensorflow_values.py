"""TensorFlow's and Keras's values across the boundary, and hostile ones."""

import pytest

from .pairs import judged


def decoded(peer, content, *buffers):
    from autograder.boundary.codec import Decoder

    return Decoder(peer, list(buffers))(content)


@judged
def test_tensors_cross_by_value_with_their_types(peer):
    import tensorflow as tf

    same, described = peer.fetch("same"), peer.fetch("described")
    for dtype in ("float32", "float64", "float16", "bfloat16", "int64", "uint8", "complex64"):
        value = tf.cast(tf.constant([[1.0, 2.0], [3.0, 4.0]]), dtype)
        found = same(value)
        assert isinstance(found, tf.Tensor)
        assert found.dtype == value.dtype
        assert (found.numpy() == value.numpy()).all()
    assert described(tf.constant([1, 2])) == ["EagerTensor", "<dtype: 'int32'>", [1, 2]]
    assert same(tf.constant(["a", "bc"])).numpy().tolist() == [b"a", b"bc"]
    assert same(tf.constant(True)).numpy() is not None
    assert same(tf.zeros((0, 3))).shape == (0, 3)
    assert same(tf.constant(2.5)).shape == ()


@judged
def test_shapes_types_and_symbolic_tensors_cross_by_value(peer):
    import keras
    import tensorflow as tf

    same = peer.fetch("same")
    assert same(tf.TensorShape([None, 3])).as_list() == [None, 3]
    assert same(tf.TensorShape(None)).rank is None
    assert same(tf.float16) is tf.float16
    found = same(keras.Input((3, None), dtype="int32", name="words"))
    assert isinstance(found, keras.KerasTensor)
    assert (found.shape, found.dtype, found.name) == ((None, 3, None), "int32", "words")


@judged
def test_variables_are_twins(peer):
    import keras
    import tensorflow as tf

    for make in (tf.Variable, keras.Variable):
        variable = make([1.0, 2.0], trainable=False)
        assert peer.fetch("same")(variable) is variable
        peer.fetch("double")(variable)
        assert variable.numpy().tolist() == [2.0, 4.0]
        variable.assign([1.0, 1.0])
        peer.fetch("double")(variable)
        assert variable.numpy().tolist() == [2.0, 2.0]
    assert peer.fetch("described")(tf.Variable([1, 2]))[1:] == ["<dtype: 'int32'>", [1, 2]]


@judged
def test_a_tensor_of_a_graph_does_not_cross_in_one_line(peer):
    import tensorflow as tf

    layer = peer.fetch("Scaled")(2)

    @tf.function
    def graph(x):
        layer.factor = x
        return x

    with pytest.raises(Exception, match="graph that is being written has no value yet"):
        graph(tf.constant(1.0))


@judged
def test_seeds_of_the_judge_hold_for_the_learners_draws_and_theirs_come_back(peer):
    import random

    import keras
    import numpy as np
    import tensorflow as tf

    def own():
        return [
            random.random(),
            np.random.random(),
            tf.random.normal((3,)),
            keras.random.normal((3,)),
            keras.layers.Dense(3).build((None, 2)),
        ]

    draws = peer.fetch("draws")
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        expected = [*own(), *own()]
        keras.utils.set_random_seed(seed)
        found = [*draws(), *own()]
        keras.utils.set_random_seed(seed)
        again = [*own(), *draws()]
        for one, two, three in zip(expected, found, again, strict=True):
            assert np.array_equal(one, two)
            assert np.array_equal(one, three)


@judged
def test_handing_over_a_model_draws_no_random_numbers(peer):
    import keras

    draws = []
    for hand_over in (False, True):
        keras.utils.set_random_seed(5)
        model = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dropout(0.5)]
        )
        if hand_over:
            peer.fetch("same")(model)
        draws.append(peer.fetch("initialised")().tolist())
    assert draws[0] == draws[1]


@judged
def test_wrong_contents_are_refused_and_made_into_nothing(peer):
    import numpy as np

    numbers = np.ones(4, np.float32).tobytes()
    wrong = [
        ["tf", "float32", [5], 0],
        ["tf", "float32", [-1, 2], 0],
        ["tf", "float32", [2, 2], 1],
        ["tf", "float32", [2, 2], -1],
        ["tf", "resource", [2, 2], 0],
        ["tf", ["float32"], [2, 2], 0],
        ["tf", "string", [10**9], b"a"],
        ["tf", "string", [1], "a"],
        ["tft", ["tfs", [10**20]], "float32"],
        ["kt", [10**9], "float32", "x"],
        ["kt", [3], "float32", "x" * 5000],
        ["kp", ["float32"]],
        ["tfv", 1, [[True, "v"], ["tf", "float32", [4], 0]]],  # a number of the judge's
        ["tfv", -1, [[True, 3], ["tf", "float32", [4], 0]]],
        ["kv", -2, [[True, "a/b", "p"], ["tf", "float32", [4], 0]]],
        ["kv", -3, [[True, "a", "p"], ["l"]]],
        ["kl", -4, [["d"], [], [], True, []]],
        ["ko", -5, [["d"], None, []]],
    ]
    for content in wrong:
        try:
            value = decoded(peer, content, numbers)
        except Exception:
            continue
        raise AssertionError(f"{content} made {value!r}")


@judged
def test_mutated_messages_do_the_judge_no_harm(peer):
    import random

    import keras
    import numpy as np
    import tensorflow as tf

    from autograder.boundary.codec import Encoder

    class Learner:
        is_judge = False
        twins, proxies, folders = peer.twins, peer.proxies, peer.folders
        bounds = peer.bounds

    draw = random.Random(0)
    values = [
        tf.constant([[1.0, 2.0]]),
        tf.constant(["a"]),
        keras.Input((3,)),
        tf.TensorSpec((None, 2)),
        tf.float32,
        tf.TensorShape([None, 3]),
        keras.layers.Dense(2).dtype_policy,
    ]
    odd = [None, -1, 0, 10**12, 2**70, "float32", "resource", b"x", [], ["l"], 1.5, True, "é" * 9]

    def mutated(content):
        if type(content) is not list or not content or draw.random() < 0.2:
            return draw.choice(odd)
        place = draw.randrange(len(content))
        return [*content[:place], mutated(content[place]), *content[place + 1 :]]

    refused = 0
    for _ in range(5000):
        encoder = Encoder(Learner)
        content = mutated(encoder(draw.choice(values)))
        try:
            decoded(peer, content, *map(bytes, encoder.buffers))
        except Exception:
            refused += 1
    assert refused > 2000
    assert np.array_equal(peer.fetch("same")(values[0]), values[0])
