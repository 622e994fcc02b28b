"""What losses are: formulas, gradients, options, sums."""

import inspect
import math
import unittest

import crisp
import numpy
from support import LOSSES, assert_close, every_loss, golden_array, golden_cases, images, skip


def differences(function, array, step=1e-5):
    """Central differences of a function at every pixel."""
    gradient = numpy.empty_like(array)
    for index in numpy.ndindex(array.shape):
        moved = array.copy()
        moved[index] += step
        above = function(moved)
        moved[index] = array[index] - step
        gradient[index] = (above - function(moved)) / (2 * step)
    return gradient


class Golden(unittest.TestCase):
    def test_values_and_gradients_equal_the_golden_cases(self):
        cases = golden_cases()
        if cases is None:
            return skip("python_losses", "no data: golden/*.json")
        self.assertEqual({case["loss"] for case in cases.values()}, set(LOSSES))
        for name, case in cases.items():
            with self.subTest(name):
                prediction, target = golden_array(case["prediction"]), golden_array(case["target"])
                loss = LOSSES[case["loss"]](**case["options"])
                expected = case["value"]
                if name == "dft_fuoli_like":  # which has a jump of 2 pi at a real bin: see tests/losses/golden_test.cpp
                    expected -= 2 * math.pi * 0.5 / prediction.size
                value, gradient = crisp.value_and_gradient(loss, prediction, target)
                self.assertLessEqual(abs(value - expected), 1e-12 * abs(expected))
                self.assertEqual(crisp.value(loss, prediction, target), value)
                wanted = golden_array(case["gradient"])
                self.assertLessEqual(abs(gradient - wanted).max(), 1e-10 * abs(wanted).max())
                # In float32, what the losses' docstrings promise.
                value, gradient = crisp.value_and_gradient(
                    loss, prediction.astype(numpy.float32), target.astype(numpy.float32)
                )
                self.assertLessEqual(abs(value - expected), 2e-5 * abs(expected))
                self.assertLessEqual(abs(gradient - wanted).max(), 1e-3 * abs(wanted).max())


class Gradients(unittest.TestCase):
    # Central differences of step 1e-5 are right to some 1e-10 by truncation and 1e-11 by rounding, relative to the value.
    tolerance = 1e-6

    def test_gradients_equal_differences(self):
        prediction, target = images(1, 2, 20, 21), images(1, 2, 20, 21, seed=2)
        for loss in every_loss():
            if isinstance(loss, crisp.FocalFrequencyLoss):
                continue  # its weights count as constants, which differences do not know
            with self.subTest(loss):
                _, gradient = crisp.value_and_gradient(loss, prediction, target)
                expected = differences(lambda moved: crisp.value(loss, moved, target), prediction)
                self.assertLessEqual(abs(gradient - expected).max(), self.tolerance * abs(expected).max())

    def test_gradients_with_respect_to_the_target_equal_differences(self):
        prediction, target = images(1, 1, 20, 21), images(1, 1, 20, 21, seed=2)
        weights = images(1, 1, 20, 21, seed=3)
        for loss in [crisp.BceWithLogitsLoss(), 2 * crisp.SsimLoss() + crisp.MseLoss()]:
            with self.subTest(loss):
                value, gradient, of_target = crisp.value_and_gradients(loss, prediction, target, weights)
                one_value, one_gradient = crisp.value_and_gradient(loss, prediction, target, weights)
                self.assertEqual(value, one_value)
                assert_close(gradient, one_gradient)
                expected = differences(lambda moved: crisp.value(loss, prediction, moved, weights), target)
                self.assertLessEqual(abs(of_target - expected).max(), self.tolerance * abs(expected).max())


class Formulas(unittest.TestCase):
    def test_mean_squared_error(self):
        prediction, target, weights = images(3, 2, 4, 5), images(3, 2, 4, 5, seed=2), images(3, 1, 4, 5, seed=3)
        squares = (prediction - target) ** 2
        value, gradient = crisp.value_and_gradient(crisp.MseLoss(), prediction, target)
        self.assertAlmostEqual(value, squares.mean(), delta=1e-15)
        numpy.testing.assert_allclose(gradient, 2 * (prediction - target) / squares.size, rtol=1e-14)
        numpy.testing.assert_allclose(
            crisp.values(crisp.MseLoss(), prediction, target), squares.mean(axis=(1, 2, 3)), rtol=1e-14
        )
        planes = (weights * squares).sum(axis=(2, 3)) / weights.sum(axis=(2, 3))
        self.assertAlmostEqual(crisp.value(crisp.MseLoss(), prediction, target, weights), planes.mean(), delta=1e-14)

    def test_spectrum_of_the_residual(self):
        prediction, target = images(2, 3, 9, 10), images(2, 3, 9, 10, seed=2)
        loss = crisp.DftLoss(
            distance="complex_modulus", frequency_weight="uniform", normalization="ortho", bin_reduction="mean"
        )
        expected = abs(numpy.fft.fft2(prediction - target, norm="ortho")).mean()
        self.assertAlmostEqual(crisp.value(loss, prediction, target), expected, delta=1e-12)

    def test_metrics(self):
        prediction, target = images(2, 1, 23, 24), images(2, 1, 23, 24, seed=2)
        decibels = -10 * numpy.log10(((prediction - target) ** 2).mean(axis=(1, 2, 3))).mean()
        self.assertAlmostEqual(crisp.psnr(prediction, target), decibels, delta=1e-12)
        self.assertAlmostEqual(crisp.psnr(255 * prediction, 255 * target, data_range=255), decibels, delta=1e-12)
        self.assertAlmostEqual(
            crisp.ssim(prediction, target, window=7), 1 - crisp.value(crisp.SsimLoss(window=7), prediction, target)
        )

    def test_kl_divergence(self):
        latents = images(4, 6)
        mean, log_variance = latents[:, :2], latents[:, 4:]  # not in rows, as halves of an encoder's output
        value, mean_gradient, log_variance_gradient = crisp.gaussian_kl_and_gradients(mean, log_variance)
        expected = 0.5 * (mean**2 + numpy.exp(log_variance) - 1 - log_variance).sum() / 4
        self.assertAlmostEqual(value, expected, delta=1e-14)
        self.assertEqual(crisp.gaussian_kl(mean, log_variance), value)
        numpy.testing.assert_allclose(mean_gradient, mean / 4, rtol=1e-14)
        numpy.testing.assert_allclose(log_variance_gradient, (numpy.exp(log_variance) - 1) / 8, rtol=1e-14)
        with self.assertRaisesRegex(crisp.ShapeError, r"mean must have 2 dimensions.*got shape \(6,\)"):
            crisp.gaussian_kl(latents[0], latents[0])
        with self.assertRaisesRegex(TypeError, "log_variance must be a NumPy array of float64, got one of float32"):
            crisp.gaussian_kl(mean, log_variance.astype(numpy.float32))


class Sums(unittest.TestCase):
    def setUp(self):
        self.prediction, self.target = images(2, 2, 20, 20), images(2, 2, 20, 20, seed=2)

    def test_sums_and_multiples(self):
        stft, ssim = crisp.StftLoss(window=8), crisp.SsimLoss()
        value, gradient = crisp.value_and_gradient(0.01 * stft + ssim * 3, self.prediction, self.target)
        stft_value, stft_gradient = crisp.value_and_gradient(stft, self.prediction, self.target)
        ssim_value, ssim_gradient = crisp.value_and_gradient(ssim, self.prediction, self.target)
        self.assertAlmostEqual(value, 0.01 * stft_value + 3 * ssim_value, delta=1e-12)
        numpy.testing.assert_allclose(gradient, 0.01 * stft_gradient + 3 * ssim_gradient, atol=1e-13)

    def test_multiples_distribute_over_sums_and_numpy_numbers_are_numbers(self):
        loss = numpy.float32(2) * (crisp.L1Loss() + numpy.float64(3) * crisp.MseLoss())
        self.assertEqual(repr(loss), "2.0 * L1Loss() + 6.0 * MseLoss()")

    def test_breakdown(self):
        loss = crisp.named("edges", 0.5 * crisp.L1Loss()) + crisp.named("all", crisp.MseLoss() + 2 * crisp.SsimLoss())
        terms = crisp.breakdown(loss, self.prediction, self.target)
        self.assertEqual([term.name for term in terms], ["edges", "all.MseLoss", "all.SsimLoss"])
        self.assertEqual([term.coefficient for term in terms], [0.5, 1, 2])
        self.assertEqual(terms[1].value, crisp.value(crisp.MseLoss(), self.prediction, self.target))
        total = sum(term.coefficient * term.value for term in terms)
        self.assertAlmostEqual(total, crisp.value(loss, self.prediction, self.target), delta=1e-12)

    def test_the_expression_of_a_loss_makes_it_again(self):
        whole = 0.5 * crisp.named("it's", crisp.presets.crisp() + crisp.StftLoss(**crisp.presets.dalal_2024_code()))
        names = dict(vars(crisp), array=numpy.array)
        for loss in every_loss() + [whole, crisp.WienerLoss(kernel=[[1, 2], [0, 1]])]:
            with self.subTest(loss):
                again = eval(repr(loss), names)
                self.assertEqual(repr(again), repr(loss))
                self.assertEqual(
                    crisp.value(again, self.prediction, self.target), crisp.value(loss, self.prediction, self.target)
                )

    def test_a_coefficient_is_finite(self):
        with self.assertRaisesRegex(crisp.OptionError, "coefficient of a loss must be finite, got nan"):
            math.nan * crisp.L1Loss()

    def test_what_float_cannot_hold_is_an_error_of_float_alone(self):
        loss = 1e300 * crisp.CharbonnierLoss(epsilon=1e-100)
        self.assertTrue(math.isfinite(crisp.value(loss, self.prediction, self.target)))
        with self.assertRaises(crisp.OptionError):
            crisp.value(loss, self.prediction.astype(numpy.float32), self.target.astype(numpy.float32))


class Options(unittest.TestCase):
    def test_every_choice_is_one_of_its_own(self):
        # 20x20 pixels, and 21x21 for what happens to odd sizes.
        choices = {
            crisp.StftLoss: {
                "padding": 3,
                "window_shape": 4,
                "frequency_weight": 3,
                "distance": 4,
                "phase_distance": 3,
                "normalization": 2,
                "bin_reduction": 2,
            },
            crisp.TotalVariationLoss: {"norm": 3},
            crisp.MsSsimLoss: {"odd_sizes": 3},
        }
        prediction = images(1, 1, 21, 21)
        target = prediction + 0.1 * images(1, 1, 21, 21, seed=2)  # alike enough for MS-SSIM to be below 1
        for loss, options in choices.items():
            needed = {"window": 7, "weights": [0.5, 0.5]} if loss is crisp.MsSsimLoss else {}
            for option, count in options.items():
                line = next(line for line in loss.__doc__.splitlines() if line.strip().startswith(option + " ="))
                names = line.split("one of ")[1].replace("'", "").split(", ")
                values = {crisp.value(loss(**{option: name}, **needed), prediction, target) for name in names}
                self.assertEqual((len(names), len(values)), (count, count), (loss, option, names))

    def test_the_default_is_the_first_choice(self):
        for name, parameter in inspect.signature(crisp.StftLoss).parameters.items():
            self.assertEqual(repr(crisp.StftLoss(**{name: parameter.default})), "StftLoss()")

    def test_presets_are_options(self):
        loss = crisp.StftLoss(**{**crisp.presets.dalal_2024_paper(), "window": 8})
        self.assertEqual(repr(loss), "StftLoss(window=8, phase_distance='raw')")
        loss = crisp.MultiResolutionStftLoss(resolutions=crisp.stft_resolutions([4, 8, 16]))
        self.assertEqual(repr(loss), "MultiResolutionStftLoss()")
        self.assertEqual(crisp.presets.bredell_2023()["sigma"], 0.6)
        for preset in ["fuoli_2021", "wronski_2021", "bjork_2022", "fft_l1"]:
            crisp.DftLoss(**getattr(crisp.presets, preset)())

    def test_errors_name_the_option_and_what_was_given(self):
        for error, words, make in [
            (TypeError, "StftLoss has no option 'windw'; it has .*'window'", lambda: crisp.StftLoss(windw=8)),
            (TypeError, "L1Loss has no option 'delta'; it has none", lambda: crisp.L1Loss(delta=1)),
            (TypeError, "options of StftLoss are given by name, got 8", lambda: crisp.StftLoss(8)),
            (TypeError, "window of StftLoss must be an integer or a pair.*got 8.5", lambda: crisp.StftLoss(window=8.5)),
            (TypeError, "window of StftLoss must be an integer or a pair.*7.5", lambda: crisp.StftLoss(window=numpy.float32(7.5))),
            (TypeError, "window of StftLoss must be an integer or a pair.*7.5", lambda: crisp.StftLoss(window=(8, numpy.float32(7.5)))),
            (TypeError, "padding of StftLoss must be one of 'none', .*got 1", lambda: crisp.StftLoss(padding=1)),
            (TypeError, "alpha of FocalFrequencyLoss must be a number, got 'a'", lambda: crisp.FocalFrequencyLoss(alpha="a")),
            (TypeError, "log_matrix .*must be True or False, got 1", lambda: crisp.FocalFrequencyLoss(log_matrix=1)),
            (TypeError, "kernel of WienerLoss must be .*two-dim.*got \\[1\\]", lambda: crisp.WienerLoss(kernel=[1])),
            (TypeError, "weights .*sequence of numbers, got None", lambda: crisp.MsSsimLoss(weights=None)),
            (TypeError, "resolutions .*got \\[1\\]", lambda: crisp.MultiResolutionStftLoss(resolutions=[1])),
            (crisp.OptionError, "'none', 'reflect', 'zero', got 'same'", lambda: crisp.StftLoss(padding="same")),
            (crisp.OptionError, "at least 2x2 pixels, got 1x8", lambda: crisp.StftLoss(window=(1, 8))),
            (crisp.OptionError, "delta of a Huber loss.*got -1", lambda: crisp.HuberLoss(delta=-1)),
        ]:
            with self.subTest(words), self.assertRaisesRegex(error, words):
                make()
        self.assertTrue(issubclass(crisp.OptionError, ValueError))

    def test_numpy_numbers_are_options(self):
        for loss, same in [
            (crisp.FocalFrequencyLoss(log_matrix=numpy.bool_(True)), crisp.FocalFrequencyLoss(log_matrix=True)),
            (crisp.StftLoss(window=numpy.int32(8)), crisp.StftLoss(window=8)),
            (crisp.StftLoss(window=numpy.array([8, 6])), crisp.StftLoss(window=(8, 6))),
            (crisp.HuberLoss(delta=numpy.float32(0.5)), crisp.HuberLoss(delta=0.5)),
            (crisp.MsSsimLoss(weights=numpy.array([0.5, 0.5])), crisp.MsSsimLoss(weights=[0.5, 0.5])),
            (crisp.WienerLoss(kernel=numpy.eye(3, dtype=int)), crisp.WienerLoss(kernel=[[1, 0, 0], [0, 1, 0], [0, 0, 1]])),
            (crisp.WienerLoss(kernel=numpy.arange(6.0).reshape(2, 3).T), crisp.WienerLoss(kernel=[[0, 3], [1, 4], [2, 5]])),
        ]:
            self.assertEqual(repr(loss), repr(same))

    def test_help_shows_options_and_arguments(self):
        self.assertEqual(str(inspect.signature(crisp.HuberLoss)), "(*, delta=1.0)")
        self.assertEqual(
            str(inspect.signature(crisp.value_and_gradient)),
            "(loss, prediction, target, weights=None, out=None, threads=1)",
        )
        self.assertIn("data_range=1.0", str(inspect.signature(crisp.psnr)))
        for name, thing in vars(crisp).items():
            if not name.startswith("_"):
                self.assertTrue(thing.__doc__, name)


if __name__ == "__main__":
    unittest.main()
