"""The committed skeletons are those that these libraries give, and Java fills them as Python exports."""
import subprocess
import sys
import unittest

from support import MODELS

import skeletons

SMALL = ("mobilenetv3_small_050", "resnet18", "vit_tiny_patch16_224", "convnext-tiny")


class SkeletonsTest(unittest.TestCase):
    def test_they_are_what_is_made_today(self):
        # in a process of its own: torch numbers classes through the life of one
        done = subprocess.run([sys.executable, "-W", "ignore", str(MODELS / "skeletons.py"), "--check", *SMALL], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_network_has_one_of_three_megabytes_in_all(self):
        files = {file.name: file.stat().st_size for file in skeletons.FOLDER.iterdir()}
        self.assertEqual(set(files), {f"{name}.skeleton" for name in skeletons.KNOWN} | {"index.json", "proof.tsv"})
        self.assertLessEqual(sum(files.values()), 3 << 20)

    def test_java_makes_pythons_files(self):
        if not (MODELS.parent / "target/test-classes/dev/wwts/convert/ConvertFolders.class").exists():
            self.skipTest("Java's side is not built: mvn test-compile")
        done = subprocess.run([sys.executable, "-W", "ignore", str(MODELS / "skeletons_proof.py"), *SMALL], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
