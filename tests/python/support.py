"""What the tests of the Python module share."""

import json
import os
import pathlib

import crisp
import numpy

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# The losses of the golden cases and their classes.
LOSSES = {
    "l1": crisp.L1Loss,
    "mse": crisp.MseLoss,
    "huber": crisp.HuberLoss,
    "charbonnier": crisp.CharbonnierLoss,
    "bce_with_logits": crisp.BceWithLogitsLoss,
    "ssim": crisp.SsimLoss,
    "ms_ssim": crisp.MsSsimLoss,
    "stft": crisp.StftLoss,
    "dft": crisp.DftLoss,
    "focal_frequency": crisp.FocalFrequencyLoss,
}


def every_loss():
    """Every class of loss once, with options that suit images of 20x20 pixels and more."""
    return [
        crisp.L1Loss(),
        crisp.MseLoss(),
        crisp.HuberLoss(delta=0.2),
        crisp.CharbonnierLoss(epsilon=0.1),
        crisp.BceWithLogitsLoss(),
        crisp.TotalVariationLoss(norm="squared"),
        crisp.SsimLoss(),
        crisp.MsSsimLoss(weights=[0.5, 0.5], window=7),
        crisp.MsSsimL1Loss(),
        crisp.StftLoss(window=(8, 7), padding="reflect", phase_gate=0.1),
        crisp.MultiResolutionStftLoss(),
        crisp.DftLoss(**crisp.presets.fuoli_2021()),
        crisp.FocalFrequencyLoss(average_spectrum=True),
        crisp.WienerLoss(),
    ]


def images(*shape, seed=1, dtype=numpy.float64):
    return numpy.random.default_rng(seed).random(shape).astype(dtype)


def assert_close(actual, expected):
    """Equal but for the last bits, which may depend on where in memory an array begins."""
    numpy.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-14 * abs(expected).max())


def skip(test, reason):
    """Says that a test checks nothing; the test then returns. On a line of its own, as unittest prints dots."""
    print(f"\nSKIPPED: {test}: {reason}", flush=True)


def golden_cases():
    """The cases of golden/*.json by name, or None where that folder is not."""
    shared = pathlib.Path(os.environ.get("CRISP_SHARED_DIR", SOURCE.parent / "shared"))
    if not (shared / "golden").is_dir():
        return None
    return {path.stem: json.loads(path.read_text()) for path in sorted((shared / "golden").glob("*.json"))}


def golden_array(tensor):
    return numpy.array(tensor["data"]).reshape(tensor["shape"])
