"""Which arrays may be given, and where results go."""

import inspect
import math
import tracemalloc
import unittest

import crisp
import numpy
from support import assert_close, every_loss, images


class Layouts(unittest.TestCase):
    """The same pixels give the same result wherever they lie."""

    def setUp(self):
        self.prediction, self.target = images(2, 3, 20, 22), images(2, 3, 20, 22, seed=2)
        self.weights = images(2, 1, 20, 22, seed=3)
        self.loss = 0.01 * crisp.StftLoss(window=8) + crisp.SsimLoss()

    def layouts(self, array):
        yield "Fortran order", numpy.asfortranarray(array)
        yield "channels last", numpy.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        yield "every other column", numpy.repeat(array, 2, axis=3)[..., ::2]
        yield "upside down", array[:, :, ::-1].copy()[:, :, ::-1]
        yield "part of a larger one", numpy.pad(array, 3)[3:-3, 3:-3, 3:-3, 3:-3]

    def test_inputs(self):
        value, gradient = crisp.value_and_gradient(self.loss, self.prediction, self.target, self.weights)
        for (name, prediction), (_, target), (_, weights) in zip(
            self.layouts(self.prediction), self.layouts(self.target), self.layouts(self.weights)
        ):
            for arrays in [
                (prediction, self.target, self.weights),
                (self.prediction, target, self.weights),
                (self.prediction, self.target, weights),
            ]:
                with self.subTest(name):
                    other, other_gradient = crisp.value_and_gradient(self.loss, *arrays)
                    self.assertEqual(other, value)
                    assert_close(other_gradient, gradient)

    def test_out(self):
        value, gradient = crisp.value_and_gradient(self.loss, self.prediction, self.target)
        for name, out in [("rows", numpy.empty_like(gradient)), *self.layouts(numpy.empty_like(gradient))]:
            with self.subTest(name):
                base = out if out.base is None else out.base
                around = base.copy()
                result = crisp.value_and_gradient(self.loss, self.prediction, self.target, out=out)
                self.assertEqual(result[0], value)
                self.assertIs(result[1], out)
                assert_close(out, gradient)
                out[...] = 0  # what is around it has been let alone
                if name == "part of a larger one":
                    around[3:-3, 3:-3, 3:-3, 3:-3] = 0
                    numpy.testing.assert_array_equal(base, around)

    def test_two_gradients(self):
        _, gradient, target_gradient = crisp.value_and_gradients(self.loss, self.prediction, self.target)
        for layout in range(5):
            out = tuple([*self.layouts(numpy.empty_like(gradient))][layout][1] for _ in range(2))
            _, first, second = crisp.value_and_gradients(self.loss, self.prediction, self.target, out=out)
            self.assertIs(first, out[0])
            self.assertIs(second, out[1])
            assert_close(first, gradient)
            assert_close(second, target_gradient)

    def test_dimensions_that_are_left_out_are_one(self):
        for left_out in [1, 2]:
            prediction, target = self.prediction[(0,) * left_out], self.target[(0,) * left_out]
            whole = (1,) * left_out + prediction.shape
            value, gradient = crisp.value_and_gradient(self.loss, prediction, target)
            expected, expected_gradient = crisp.value_and_gradient(
                self.loss, prediction.reshape(whole), target.reshape(whole)
            )
            self.assertEqual(value, expected)
            self.assertEqual(gradient.shape, prediction.shape)
            assert_close(gradient.reshape(whole), expected_gradient)

    def test_both_types(self):
        for loss in every_loss():
            with self.subTest(loss):
                prediction, target = self.prediction.astype(numpy.float32), self.target.astype(numpy.float32)
                value, gradient = crisp.value_and_gradient(loss, prediction, target)
                self.assertEqual(gradient.dtype, numpy.float32)
                self.assertEqual(crisp.values(loss, prediction, target).dtype, numpy.float32)
                expected = crisp.value(loss, self.prediction, self.target)
                self.assertNotEqual(value, expected)  # computed in float32
                self.assertAlmostEqual(value, expected, delta=2e-5 * abs(expected))


    def test_values_are_those_of_each_image(self):
        prediction, target = images(4, 3, 20, 22), images(4, 3, 20, 22, seed=2)
        for dtype in [numpy.float32, numpy.float64]:
            pairs = [*zip(prediction.astype(dtype), target.astype(dtype))]
            values = crisp.values(self.loss, prediction.astype(dtype), target.astype(dtype))
            self.assertEqual((values.shape, values.dtype), ((4,), dtype))
            self.assertEqual(len({*values}), 4)
            expected = [crisp.value(self.loss, *pair) for pair in pairs]
            numpy.testing.assert_allclose(values, expected, rtol=4 * numpy.finfo(dtype).eps)  # where they lie differs


class NoCopies(unittest.TestCase):
    def test_nothing_is_copied_by_numpy(self):
        # tracemalloc sees every array that NumPy makes.
        prediction, target, weights = (images(4, 3, 64, 64, seed=seed) for seed in range(3))
        out = numpy.empty_like(prediction)
        loss = crisp.MseLoss()
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for arrays in [
            (prediction, target, weights, out),
            tuple(array.transpose(0, 1, 3, 2) for array in (prediction, target, weights, out)),
        ]:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            crisp.value_and_gradient(loss, *arrays)
            _, peak = tracemalloc.get_traced_memory()
            self.assertLess(peak - before, prediction.nbytes / 100)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        crisp.value_and_gradient(loss, prediction, target)  # or it would not see any
        _, peak = tracemalloc.get_traced_memory()
        self.assertGreaterEqual(peak - before, prediction.nbytes)

    def test_a_gradient_over_its_inputs_is_seen(self):
        # As crisp is given the arrays' own memory, it knows.
        memory = images(5, 1, 20, 20)
        before = memory.copy()
        for out in [memory[1:3], memory[0:2], memory[3:5]]:
            with self.assertRaisesRegex(crisp.ShapeError, "shares memory"):
                crisp.value_and_gradient(crisp.MseLoss(), memory[1:3], memory[3:5], out=out)
        with self.assertRaisesRegex(crisp.ShapeError, "two gradients .* share memory"):
            crisp.value_and_gradients(crisp.MseLoss(), memory[1:2], memory[3:4], out=(memory[0:1], memory[0:1]))
        flipped = memory[..., ::-1]
        with self.assertRaisesRegex(crisp.ShapeError, "shares memory with the prediction"):
            crisp.value_and_gradient(crisp.MseLoss(), flipped[1:3], flipped[3:5], out=flipped[2:4])
        numpy.testing.assert_array_equal(memory, before)


class Errors(unittest.TestCase):
    def setUp(self):
        self.prediction, self.target = images(2, 3, 20, 22), images(2, 3, 20, 22, seed=2)
        self.loss = crisp.SsimLoss()

    def check(self, error, words, prediction=None, target=None, **others):
        given = [self.prediction if prediction is None else prediction, self.target if target is None else target]
        for function in [crisp.value, crisp.values, crisp.breakdown, crisp.value_and_gradient, crisp.value_and_gradients]:
            if "out" in others and function is not crisp.value_and_gradient:
                continue
            with self.subTest(words, function=function), self.assertRaisesRegex(error, words):
                function(self.loss, *given, **others)

    def test_types(self):
        single, double = self.prediction.astype(numpy.float32), self.target
        self.check(TypeError, "prediction must be a NumPy array of float32 or float64, got list", [[1.0]])
        self.check(TypeError, "float32 or float64, got one of uint8", self.prediction.astype(numpy.uint8))
        self.check(TypeError, "float32 or float64, got one of float16", self.prediction.astype(numpy.float16))
        self.check(TypeError, "float32 or float64, got one of >f8", self.prediction.astype(">f8"))
        self.check(TypeError, "target must be a NumPy array of float32, got one of float64", single, double)
        self.check(TypeError, "weights must be a NumPy array of float64, got one of float32", weights=single)
        self.check(TypeError, "out must be a NumPy array of float64, got one of float32", out=single)
        for out in [self.prediction.copy(), [None, None]]:
            with self.assertRaisesRegex(TypeError, "out must be a tuple of two arrays"):
                crisp.value_and_gradients(self.loss, self.prediction, self.target, out=out)
        with self.assertRaisesRegex(TypeError, "first argument must be a loss.*got ndarray"):
            crisp.value(self.prediction, self.target, self.target)

    def test_shapes(self):
        self.check(crisp.ShapeError, r"prediction must have 2, 3 or 4 dim.*got shape \(22,\)", self.prediction[0, 0, 0])
        self.check(crisp.ShapeError, r"target must have 2, 3 or 4.*got shape \(1, 2, 3, 20, 22\)", target=self.target[None])
        self.check(crisp.ShapeError, r"got \[2, 3, 20, 22\] and \[1, 2, 20, 22\]", target=self.target[0, :2])
        self.check(crisp.ShapeError, r"images of shape \[0, 3, 20, 22\] have none", self.prediction[:0], self.target[:0])
        self.check(crisp.ShapeError, "got height 10 and width 22", self.prediction[:, :, :10], self.target[:, :, :10])
        self.check(crisp.ShapeError, r"got \[1, 1, 20, 22\]", weights=numpy.ones((20, 22)))
        self.check(crisp.ShapeError, r"gradient must have the shape.*got \[1, 3, 20, 22\]", out=numpy.empty((3, 20, 22)))
        self.check(crisp.ShapeError, "share a place", out=writeable_repeat(self.prediction.shape))
        self.assertTrue(issubclass(crisp.ShapeError, ValueError))

    def test_weights_and_threads(self):
        self.check(crisp.OptionError, r"at least 0, got -1 at \[0, 0, 0, 0\]", weights=numpy.full((2, 1, 20, 22), -1.0))
        self.check(crisp.OptionError, "threads must be between 1 and 1024, got 0", threads=0)
        self.check(crisp.OptionError, "threads must be between 1 and 1024, got 100000", threads=100000)

    def test_out_that_is_read_only(self):
        out = self.prediction.copy()
        out.flags.writeable = False
        self.check(ValueError, r"out of shape \(2, 3, 20, 22\) is written to, and it is read-only", out=out)
        self.prediction.flags.writeable = False  # inputs may be
        crisp.value(self.loss, self.prediction, self.target)

    def test_elements_that_lie_askew(self):
        raw = numpy.zeros(self.prediction.nbytes + 1, numpy.uint8)
        askew = raw[1:].view(numpy.float64).reshape(self.prediction.shape)
        self.check(crisp.ShapeError, "prediction of shape .* does not lie on multiples of 8 bytes", askew)
        records = numpy.zeros(self.prediction.shape, [("pixel", numpy.float64), ("more", numpy.uint8)])
        self.check(crisp.ShapeError, r"strides of \(.*, 9\) bytes does not lie", records["pixel"])

    def test_an_error_leaves_out_as_it_was(self):
        out = numpy.full((2, 3, 9, 9), 7.0)
        with self.assertRaises(crisp.ShapeError):
            crisp.value_and_gradient(self.loss, self.prediction[..., :9, :9], self.target[..., :9, :9], out=out)
        self.assertTrue((out == 7).all())


class Subclasses(unittest.TestCase):
    """Arrays of classes that add to NumPy's."""

    def test_those_with_a_mask_are_refused_wherever_arrays_are_taken(self):
        class WithMask(numpy.ndarray):  # as other libraries have it
            mask = False

        takes = {name: images(2, 1, 20, 20) for name in ["prediction", "target", "weights", "out"]}
        takes.update(mean=images(4, 6), log_variance=images(4, 6))
        tried = set()
        for function in vars(crisp).values():
            arguments = inspect.signature(function).parameters if inspect.isroutine(function) else {}
            plain = {name: array for name, array in takes.items() if name in arguments}
            if "loss" in arguments and plain:
                plain["loss"] = crisp.MseLoss()
            two = function is crisp.value_and_gradients
            if two:
                plain["out"] = (takes["out"], takes["out"].copy())
            for name in plain.keys() & takes.keys():
                array = takes[name].copy()
                for masked in [numpy.ma.masked_less(array, 0.5), numpy.ma.array(array), array.view(WithMask)]:
                    for given in [(masked, array), (array, masked)] if two and name == "out" else [masked]:
                        with self.subTest(function, argument=name, kind=type(masked)):
                            with self.assertRaisesRegex(TypeError, name + r"\S* must have no mask.* weights= of 0"):
                                function(**{**plain, name: given})
                            tried.add((function.__name__, name))
            if plain:
                function(**plain)
        self.assertEqual(len(tried), 5 * 3 + 2 + 2 * 3 + 2 * 2)  # losses, their gradients, metrics, the KL divergence

    def test_a_kernel_with_a_mask_is_refused(self):
        kernel = numpy.ma.masked_less(images(3, 3), 0.5)
        with self.assertRaisesRegex(TypeError, "kernel of WienerLoss must be None or .* without a mask, got masked_array"):
            crisp.WienerLoss(kernel=kernel)
        crisp.WienerLoss(kernel=kernel.data)

    def test_others_are_arrays(self):
        class Named(numpy.ndarray):
            pass

        prediction, target = images(20, 22), images(20, 22, seed=2)
        value, gradient = crisp.value_and_gradient(crisp.SsimLoss(), prediction, target)
        for kind in [Named, numpy.matrix, numpy.recarray]:
            out = numpy.empty_like(prediction).view(kind)
            result, _ = crisp.value_and_gradient(crisp.SsimLoss(), prediction.view(kind), target, out=out)
            self.assertEqual(result, value)
            assert_close(numpy.asarray(out), gradient)


class NotFinite(unittest.TestCase):
    def test_images_that_are_not_finite_have_no_finite_value(self):
        target = images(2, 2, 20, 20)
        for bad in [math.nan, math.inf]:
            prediction = images(2, 2, 20, 20, seed=2)
            prediction[1, 1, 19, 18] = bad
            for loss in every_loss():
                with self.subTest(loss):
                    self.assertFalse(math.isfinite(crisp.value(loss, prediction, target)))
                    finite = numpy.isfinite(crisp.values(loss, prediction, target))
                    self.assertFalse(finite[1])

    def test_weights_of_zero_leave_pixels_out(self):
        prediction, target, weights = images(1, 1, 20, 20), images(1, 1, 20, 20, seed=2), numpy.ones((20, 20))
        prediction[0, 0, 3, 4] = math.nan
        weights[3, 4] = 0
        value, gradient = crisp.value_and_gradient(crisp.SsimLoss(), prediction, target, weights)
        self.assertTrue(math.isfinite(value))
        self.assertEqual(gradient[0, 0, 3, 4], 0)


def writeable_repeat(shape):
    return numpy.lib.stride_tricks.as_strided(numpy.empty(1), shape, (0,) * len(shape))


if __name__ == "__main__":
    unittest.main()
