"""What the benchmarks have in common: the measured program, and the preparation of the machine and of the other tools."""
import json, os, pathlib, socket, subprocess, sys

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get('RUSTYRUN', str(PROJECT / 'target/rustyrun'))
ROOTFS = PROJECT / 'root-file-systems/busybox-rootfs'


def prepare():
    """Makes the root file system. Where the cgroup layout is hybrid, first executes the script again without the v2 part."""
    if os.path.isdir('/sys/fs/cgroup/unified') and 'BENCH_INSIDE' not in os.environ:
        # crun refuses a hybrid cgroup layout, so unmount the v2 part in a new mount namespace.
        os.environ['BENCH_INSIDE'] = 'yes'
        os.execvp('unshare', ['unshare', '--mount', '--propagation', 'private', 'sh', '-c',
                              'umount /sys/fs/cgroup/unified; exec "$@"', 'sh', sys.executable, *sys.argv])
    subprocess.run([PROJECT / 'root-file-systems/get', 'busybox'], check=True, stdout=subprocess.DEVNULL)


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def write_bundle(folder, *arguments, seccomp=None):
    """Makes a bundle in a new folder that runs this command, with five namespaces and a cgroup; returns the folder."""
    folder.mkdir()
    subprocess.run([PROGRAM, 'spec', '--bundle', folder], check=True)
    config = json.loads((folder / 'config.json').read_text())
    config['ociVersion'] = '1.0.0'  # old versions of crun know no newer one
    config['process'] |= {'terminal': False, 'args': arguments}
    config['process'].pop('rlimits', None)
    config['root'] = {'path': str(ROOTFS), 'readonly': False}
    config['mounts'] = [mount for mount in config['mounts'] if mount['type'] != 'cgroup']
    config['linux']['namespaces'] = [each for each in config['linux']['namespaces'] if each['type'] != 'cgroup']
    if seccomp:
        config['linux']['seccomp'] = seccomp
    (folder / 'config.json').write_text(json.dumps(config))
    return folder


def podman(command):
    """The first words of a command of podman with crun, and without a network, a log, or higher limits than this process has."""
    options = ['--net', 'none', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--log-driver', 'none']
    return ['podman', '--runtime', 'crun', '--cgroup-manager', 'cgroupfs', command, *(options if command == 'run' else [])]
