"""The Python of the documentation runs, and does what it is said to do."""

import contextlib
import io
import re
import unittest

import crisp
import numpy
from support import SOURCE, images, skip

try:
    import torch
except ImportError:
    torch = None

def run_blocks(page):
    """Runs the ```python blocks of a page one after another, and returns the names that they leave.

    Without torch, what comes from the one that imports it on is left out."""
    names = {}
    text = page.read_text()
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if "import torch" in block[1] and torch is None:
            break
        line = text[: block.start(1)].count("\n")
        code = compile("\n" * line + block[1], str(page), "exec")  # so that a traceback names the page's own line
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, names)
    return names


class Pages(unittest.TestCase):
    def test_every_block_runs(self):
        pages = [SOURCE / "README.md", *sorted(SOURCE.glob("docs/**/*.md"))]
        self.assertIn("python.md", [page.name for page in pages if run_blocks(page)])


class Torch(unittest.TestCase):
    def test_the_autograd_function_has_the_gradient_of_the_loss(self):
        if torch is None:
            return skip("python_docs", "the autograd function of docs/python.md, as there is no torch for Python here")
        function = run_blocks(SOURCE / "docs/python.md")["CrispLoss"]
        loss = 0.01 * crisp.StftLoss(window=6, stride=2, distance="squared_amplitude") + crisp.SsimLoss(window=5)
        target = torch.from_numpy(images(2, 1, 8, 9))
        prediction = torch.from_numpy(images(2, 1, 8, 9, seed=2)).requires_grad_()
        self.assertTrue(torch.autograd.gradcheck(lambda x: 3 * function.apply(loss, x, target), prediction))
        result = function.apply(loss, prediction.float(), target.float())
        self.assertEqual(result.dtype, torch.float32)
        (gradient,) = torch.autograd.grad(result, prediction)
        expected = crisp.value_and_gradient(loss, *(x.detach().float().numpy() for x in (prediction, target)))[1]
        numpy.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-5, atol=1e-7)
        scale = torch.ones((), dtype=torch.float64, requires_grad=True)
        scaled = scale * function.apply(loss, prediction, target)
        (gradient,) = torch.autograd.grad(scaled, prediction, create_graph=True)
        with self.assertRaisesRegex(RuntimeError, "once_differentiable"):
            gradient.sum().backward()


if __name__ == "__main__":
    unittest.main()
