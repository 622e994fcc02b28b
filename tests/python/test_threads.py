"""Threads within a call, and calls from several Python threads and processes."""

import concurrent.futures
import math
import os
import signal
import subprocess
import sys
import threading
import unittest

import crisp
import numpy
from support import assert_close, every_loss, images, skip


class Threads(unittest.TestCase):
    def test_any_number_of_them_gives_the_same_bits(self):
        prediction, target = images(3, 2, 20, 21), images(3, 2, 20, 21, seed=2)
        tall, tall_target = images(1, 1, 900, 700), images(1, 1, 900, 700, seed=2)  # large enough to be split in bands
        for loss in every_loss():
            with self.subTest(loss):
                self.check_bits(loss, prediction, target)
        for loss in [crisp.L1Loss() + crisp.SsimLoss(), crisp.StftLoss(stride=8)]:
            with self.subTest(loss):
                self.check_bits(loss, tall, tall_target)
                self.check_bits(loss, tall, tall_target, weights=images(1, 1, 900, 700, seed=3))

    def test_they_are_started_once(self):
        if not os.path.isdir("/proc/self/task"):
            return skip("python_threads", "there is no /proc/self/task here")
        prediction, target = images(8, 1, 20, 21), images(8, 1, 20, 21, seed=2)
        before = len(os.listdir("/proc/self/task"))
        for loss in [crisp.L1Loss(), crisp.MseLoss(), crisp.L1Loss()]:
            crisp.value(loss, prediction, target, threads=5)
            self.assertEqual(len(os.listdir("/proc/self/task")) - before, 4)

    def check_bits(self, loss, *arrays, **others):
        out = numpy.empty_like(arrays[0])
        value, _ = crisp.value_and_gradient(loss, *arrays, **others, out=out)
        gradient = out.copy()
        for threads in [2, 3]:
            out[...] = math.nan
            other, _ = crisp.value_and_gradient(loss, *arrays, **others, out=out, threads=threads)
            self.assertEqual(other, value)
            numpy.testing.assert_array_equal(out, gradient)


class PythonThreads(unittest.TestCase):
    def test_others_run_while_a_loss_is_computed(self):
        # This thread sees the gradient of the first image before there is one of the last: were the lock not released, it
        # would see all or nothing. Which of many calls it catches in between is up to the system.
        prediction, target = images(256, 1, 64, 64), images(256, 1, 64, 64, seed=2)
        loss = crisp.StftLoss(stride=1)
        for _ in range(20):
            out = numpy.full_like(prediction, math.nan)
            first, last = out[0, 0, 32, 32:33], out[-1, 0, 32, 32:33]
            worker = threading.Thread(
                target=crisp.value_and_gradient, args=(loss, prediction, target), kwargs={"out": out}
            )
            worker.start()
            seen = False
            while worker.is_alive() and not seen:
                seen = not math.isnan(first[0]) and math.isnan(last[0])  # in this order
            worker.join()
            self.assertFalse(numpy.isnan(out).any())
            if seen:
                return
        self.fail("no other thread ran in any of 20 calls")

    def test_several_may_share_a_loss(self):
        loss = 0.01 * crisp.StftLoss(window=8) + crisp.SsimLoss() + crisp.MsSsimL1Loss()
        pairs = [(images(2, 1, 20 + i, 30, seed=i), images(2, 1, 20 + i, 30, seed=100 + i)) for i in range(8)]
        expected = [crisp.value_and_gradient(loss, *pair) for pair in pairs]

        def evaluate(i):
            return crisp.value_and_gradient(loss, *pairs[i % 8], threads=1 + i % 2)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for i, (value, gradient) in enumerate(pool.map(evaluate, range(400))):
                self.assertEqual(value, expected[i % 8][0])
                assert_close(gradient, expected[i % 8][1])


class FirstCalls(unittest.TestCase):
    # A process in which nothing was called yet. What is imported lets others run, as it may at any time.
    program = """
import builtins, sys, threading, time
import crisp, numpy
images = numpy.ones((2, 1, 20, 20))
barrier = threading.Barrier(4)
done = []
def call():
    barrier.wait()
    {call}
    done.append(True)
real_import = builtins.__import__
def slow_import(*arguments, **others):
    time.sleep(0.05)
    return real_import(*arguments, **others)
builtins.__import__ = slow_import
threads = [threading.Thread(target=call) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(done) != 4)
"""

    def test_four_threads_may_make_theirs_at_once(self):
        for call in [
            "crisp.value(crisp.L1Loss(), images, images)",
            "crisp.values(crisp.L1Loss(), images, images)",
            "crisp.value_and_gradient(crisp.MseLoss(), images, images, threads=2)",
            "crisp.psnr(images, images + 1)",
            "crisp.gaussian_kl_and_gradients(images[0, 0], images[0, 0])",
            "repr(crisp.WienerLoss(kernel=numpy.eye(3)))",
        ]:
            with self.subTest(call):
                # It takes a second at most; where it would hang, it is ended.
                subprocess.run([sys.executable, "-c", self.program.format(call=call)], timeout=60, check=True)


class Processes(unittest.TestCase):
    def test_a_forked_child_has_threads_of_its_own(self):
        if not hasattr(os, "fork"):
            return skip("python_threads", "there is no os.fork here")
        prediction, target = images(4, 1, 20, 20), images(4, 1, 20, 20, seed=2)
        expected = crisp.value(crisp.SsimLoss(), prediction, target, threads=2)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            signal.alarm(60)  # ends it, should it wait for threads that it does not have
            os._exit(crisp.value(crisp.SsimLoss(), prediction, target, threads=2) != expected)
        _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)


if __name__ == "__main__":
    unittest.main()
