package dev.rustyrun.linux;

/** The commands of {@code int bpf(int cmd, union bpf_attr *attr, unsigned size)} that load and attach; man 2 bpf. */
interface BpfCalls {

    /** BPF_PROG_LOAD: a descriptor of the program. {@code instructions} are {@code struct bpf_insn}, 8 bytes each. */
    int bpf_prog_load(int type, byte[] instructions, String license, String name);

    /** BPF_PROG_ATTACH to an open cgroup. {@code replaced} is a descriptor for BPF_F_REPLACE, else -1. */
    int bpf_prog_attach(int cgroup, int program, int attachType, int flags, int replaced);

    /** BPF_PROG_DETACH from an open cgroup. */
    int bpf_prog_detach(int cgroup, int program, int attachType);

    /** BPF_PROG_QUERY: fills {@code ids} with those attached to an open cgroup itself; how many, or -1. */
    int bpf_prog_query(int cgroup, int attachType, int[] ids);

    /** BPF_PROG_GET_FD_BY_ID: a descriptor of a loaded program. */
    int bpf_prog_get_fd_by_id(int id);
}
