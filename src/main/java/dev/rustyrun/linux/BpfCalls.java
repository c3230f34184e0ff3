package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** eBPF: the commands of bpf(2) that load a device program and attach it to a cgroup. */
public interface BpfCalls extends KernelCalls {

    /**
     * Loads a program of {@code struct bpf_insn} of type cgroup_device and returns its descriptor; man 2 bpf,
     * BPF_PROG_LOAD.
     */
    default int loadDeviceProgram(byte[] instructions, String name) {
        Struct attributes = BpfAttributes.load(BpfAttributes.PROG_TYPE_CGROUP_DEVICE, instructions, "Apache-2.0", name);
        return check(
                libc().call("bpf", BpfAttributes.PROG_LOAD, attributes, attributes.size()),
                "bpf BPF_PROG_LOAD cgroup_device",
                name);
    }

    /**
     * Attaches a device program to an open cgroup, in addition to those of the cgroups above and below it;
     * BPF_F_ALLOW_MULTI.
     */
    default void attachDeviceProgram(int cgroup, int program) {
        Struct attributes =
                BpfAttributes.attach(cgroup, program, BpfAttributes.CGROUP_DEVICE, BpfAttributes.F_ALLOW_MULTI, 0);
        check(
                libc().call("bpf", BpfAttributes.PROG_ATTACH, attributes, attributes.size()),
                "bpf BPF_PROG_ATTACH cgroup_device",
                cgroup);
    }

    /** Atomically replaces the attached program {@code replaced} by another; BPF_F_REPLACE. */
    default void replaceDeviceProgram(int cgroup, int program, int replaced) {
        Struct attributes = BpfAttributes.attach(
                cgroup,
                program,
                BpfAttributes.CGROUP_DEVICE,
                BpfAttributes.F_ALLOW_MULTI | BpfAttributes.F_REPLACE,
                replaced);
        check(
                libc().call("bpf", BpfAttributes.PROG_ATTACH, attributes, attributes.size()),
                "bpf BPF_PROG_ATTACH cgroup_device",
                cgroup);
    }

    /** Detaches a device program from an open cgroup; BPF_PROG_DETACH. */
    default void detachDeviceProgram(int cgroup, int program) {
        Struct attributes = BpfAttributes.attach(cgroup, program, BpfAttributes.CGROUP_DEVICE, 0, 0);
        check(
                libc().call("bpf", BpfAttributes.PROG_DETACH, attributes, attributes.size()),
                "bpf BPF_PROG_DETACH cgroup_device",
                cgroup);
    }

    /** Opens the device programs that are attached to an open cgroup, and returns their descriptors; BPF_PROG_QUERY. */
    default int[] devicePrograms(int cgroup) {
        int[] ids = new int[64];
        Struct query = BpfAttributes.query(cgroup, BpfAttributes.CGROUP_DEVICE, ids);
        check(
                libc().call("bpf", BpfAttributes.PROG_QUERY, query, query.size()),
                "bpf BPF_PROG_QUERY cgroup_device",
                cgroup);
        int[] programs = new int[query.getInt(BpfAttributes.QUERY_COUNT_AT)];
        for (int i = 0; i < programs.length; i++) {
            Struct id = BpfAttributes.byId(ids[i]);
            programs[i] = check(
                    libc().call("bpf", BpfAttributes.PROG_GET_FD_BY_ID, id, id.size()),
                    "bpf BPF_PROG_GET_FD_BY_ID",
                    ids[i]);
        }
        return programs;
    }
}
