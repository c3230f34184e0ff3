package dev.rustyrun.plan;

import dev.rustyrun.step.Step;

/** Why each kind of step exists, in a sentence or two for people who want to learn how a container is made. */
final class Reasons {

    /** For what {@code run} does because a stage asks for it. */
    static final String OF_HOST = "Only a process of the host's may do this, so run does it while the stage waits.";

    private Reasons() {}

    static String of(Step step) {
        return switch (step.kind()) {
            case UNSHARE ->
                "New namespaces: what the container sees and changes there is its own, not the host's (man 7 namespaces).";
            case JOIN_NAMESPACE, OPEN_NAMESPACE, JOIN_OPENED ->
                "This namespace exists already and is shared with whoever is in it, as the containers of a pod do.";
            case JOIN_MOUNTS ->
                "What is mounted for the container is mounted in this namespace, for all who are in it.";
            case JOIN_USER_NAMESPACE ->
                "Root in this user namespace is an ordinary user outside; the container shares it with others.";
            case MAP_IDS ->
                "In a new user namespace nobody is anybody until ids are mapped: root inside, an ordinary user outside.";
            case SET_TIME_OFFSET -> "Clocks that count from the boot get another start, for this container only.";
            case SET_HOSTNAME, SET_DOMAINNAME ->
                "The container has a name of its own; in its UTS namespace this does not rename the host.";
            case LOOPBACK_UP -> "A new network has one device, the loopback, and it is down.";
            case START_NETWORK ->
                "A program on the host gives the container's network a way out; it starts while the container is built.";
            case AWAIT_NETWORK -> "The command must find its network ready.";
            case OFFER_PROXY ->
                "The only way out: a proxy on the host, which listens on this socket and connects to allowed hosts only.";
            case SET_SYSCTL -> "A kernel parameter that the kernel keeps per namespace.";
            case REGISTER_CLEANUP ->
                "If run is killed, somebody else must remove what it has made: child remembers it.";
            case OPEN_CGROUP, ENTER_CGROUP ->
                "The cgroup counts and limits memory, processors and processes of all that is started from here on.";
            case SEE_CGROUP -> "A cgroup namespace: the container sees its own cgroup as the root of all.";
            case AWAIT_SUCCESSOR, APPEAR ->
                "A process changes its PID namespace only by a child, and may be seen there only once it has no rights left.";
            case SET_PROPAGATION ->
                "Otherwise every mount of the container would appear on the host too (man 7 mount_namespaces).";
            case PROTECT_PROGRAM ->
                "The container could write to Rustyrun's own program through /proc/PID/exe (CVE-2019-5736): it is read-only here.";
            case RECEIVE_LAYER, RECEIVE_MOUNT ->
                "Only the host's root may make this mount, so it is made there and sent as an open file.";
            case ENTER_ROOTFS, ENTER_DIRECTORY, ENTER_OVERLAY, ENTER_LAYERS ->
                "The directory that becomes /. From here on every path is looked up below it, whatever links say.";
            case MOUNT_FILE_SYSTEM ->
                "A file system of the container's own: a /proc of its processes, a /dev with nothing of the host's.";
            case BIND_MOUNT -> "A directory or file of the host's that the container is to see.";
            case FILL_VOLUME -> "A volume of the image begins with the files that the image has there.";
            case SHARE_DEVICE, MAKE_DEVICE ->
                "Programs expect these devices; all others, such as disks, do not exist in the container.";
            case MAKE_FIFO, MAKE_LINK -> "Programs expect this name in /dev.";
            case SEAL_MOUNT -> "Everything is in it now, so it becomes read-only.";
            case MASK_PATH -> "This part of /proc or /sys tells about the host: it is covered with something empty.";
            case READ_ONLY_PATH -> "This part of /proc or /sys changes the host: it can only be read.";
            case PIVOT_ROOT ->
                "The rootfs becomes /, and the host's file system is detached. With chroot(2) root could climb out again.";
            case CHANGE_ROOT, OPEN_ROOT, JOIN_ROOT ->
                "Others are in this mount namespace and keep its root, so only these processes get another one.";
            case ENTER_CONTAINER -> "The container's root and working directory, as its first process has them.";
            case READ_ONLY_ROOT -> "Nothing in the root file system can be changed.";
            case RAISE_RLIMIT, SET_RLIMIT -> "A limit per process or user, as ulimit sets it.";
            case SET_OOM_SCORE -> "Says which process the kernel ends first when memory runs out.";
            case LIMIT_CAPABILITIES ->
                "No program, not even a set-user-id one, can ever get a capability that is dropped here.";
            case SET_USER -> "The command's user and groups, not the caller's.";
            case GIVE_FILES -> "The user must be able to open /dev/stdout and its like.";
            case SET_CAPABILITIES -> "Root is no longer all-mighty: only these rights of root's are left.";
            case NO_NEW_PRIVILEGES -> "Set-user-id programs give no rights from here on.";
            case INSTALL_SECCOMP ->
                "The kernel refuses system calls that programs do not need and attackers do, from here on and for good.";
            case OPEN_LABEL, SET_LABEL -> "The security module confines the command by this profile.";
            case SET_AFFINITY -> "The processors on which it runs.";
            case SET_PERSONALITY, SET_MEMORY_POLICY, SET_IO_PRIORITY, SET_SCHEDULER ->
                "How the kernel treats the command, as config.json asks for.";
            case AWAIT_NET_DEVICES -> "A network device of the host's becomes the container's.";
            case AWAIT_HOST_HOOKS, AWAIT_STATE, RUN_HOOK ->
                "Programs of the engine's that take part in making the container (runtime-spec, Hooks).";
            case RECEIVE_DESCRIPTORS -> "Open files of the caller's that the command takes over.";
            case FIND_PROGRAM -> "So that a missing program is an error now and not when the container starts.";
            case DETACH -> "The container goes on when the processes that made it have ended.";
            case AWAIT_START -> "create ends here; start lets the command run.";
            case OPEN_TERMINAL -> "A terminal of the container's own: the caller's cannot be typed into from inside.";
            case CHANGE_DIRECTORY -> "The command's working directory; it is looked up in the container.";
            case FIND_HOME -> "HOME, from the container's /etc/passwd.";
            case HAND_OVER -> "Signals and open files as a command expects them; nothing of ours stays open.";
            case EXEC, EXEC_APPEARING ->
                "This process becomes the command: nothing of Rustyrun is left in the container.";
        };
    }
}
