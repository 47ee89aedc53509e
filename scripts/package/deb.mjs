import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

/**
 * One .deb: `fill(tree)` puts its files into a tree, `control` is its control file without size. Times, owners and the
 * order of files depend on nothing but SOURCE_DATE_EPOCH, which dpkg-deb observes.
 */
export const buildDeb = ({ file, control, fill }) => {
  const root = mkdtempSync(join(tmpdir(), "wan-failover-deb-"));
  try {
    const tree = openTree(root);
    fill(tree);
    tree.write("DEBIAN/control", `${control}\nInstalled-Size: ${kibibytes(root)}\n`);
    chmodSync(root, 0o755);
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", root, file], { stdio: "ignore" });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const openTree = (root) => {
  const place = (path) => {
    const whole = join(root, path);
    mkdirSync(dirname(whole), { recursive: true });
    return whole;
  };
  return {
    place,
    write: (path, content, mode = 0o644) => {
      const whole = place(path);
      writeFileSync(whole, content);
      chmodSync(whole, mode);
    },
    /** A file, or what is wanted of a folder, by the paths within; `mode` is that of its files. */
    copy: (from, path, { mode = 0o644, only = () => true } = {}) => {
      for (const file of filesIn(from).filter((each) => only(relative(from, each)))) {
        const whole = place(join(path, relative(from, file)));
        copyFileSync(file, whole);
        chmodSync(whole, mode);
      }
    },
  };
};

const isFolder = (path) => statSync(path).isDirectory();

const filesIn = (path) =>
  isFolder(path)
    ? readdirSync(path, { recursive: true })
        .map((entry) => join(path, entry))
        .filter((entry) => !isFolder(entry))
    : [path];

const kibibytes = (root) => filesIn(root).reduce((sum, file) => sum + Math.ceil(statSync(file).size / 1024), 0);
