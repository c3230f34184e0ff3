package dev.rustyrun.spec;

import java.util.OptionalInt;

/**
 * Checks everything about a {@link Seccomp} that does not depend on libseccomp and the kernel; runtime-spec
 * config-linux.md, "Seccomp".
 */
public final class SeccompValidator {

    private static final String PATH = "seccomp";
    /** The call with which a filtered process sends its listener to the runtime. */
    private static final String LISTENER_CALL = "sendmsg";

    private SeccompValidator() {}

    /**
     * Checks {@code seccomp}.
     *
     * @throws InvalidSpecException for the first error, with its path, as in {@code seccomp.syscalls[3]}
     */
    public static void check(Seccomp seccomp) {
        checkData(PATH + ".defaultErrnoRet", seccomp.defaultAction(), seccomp.defaultErrnoRet());
        if (seccomp.defaultAction() == Seccomp.Action.NOTIFY) {
            throw new InvalidSpecException(PATH + ".defaultAction: SCMP_ACT_NOTIFY cannot be the default: the container"
                    + " would wait for its agent before the agent knows it");
        }
        if (seccomp.notifies() && seccomp.listenerPath().isEmpty()) {
            throw new InvalidSpecException(PATH + ".listenerPath is missing: SCMP_ACT_NOTIFY needs the agent's socket");
        }
        if (!seccomp.listenerPath().isEmpty() && !isPath(seccomp.listenerPath())) {
            throw new InvalidSpecException(
                    PATH + ".listenerPath: \"" + seccomp.listenerPath() + "\" is not an absolute path");
        }
        if (seccomp.listenerPath().isEmpty() && !seccomp.listenerMetadata().isEmpty()) {
            throw new InvalidSpecException(PATH + ".listenerMetadata is for an agent, but there is no listenerPath");
        }
        if (seccomp.flags().contains(Seccomp.Flag.WAIT_KILLABLE_RECV) && !seccomp.notifies()) {
            throw new InvalidSpecException(
                    PATH + ".flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with" + " SCMP_ACT_NOTIFY");
        }
        for (int i = 0; i < seccomp.syscalls().size(); i++) {
            checkRule(PATH + ".syscalls[" + i + "]", seccomp.syscalls().get(i));
        }
        if (seccomp.notifies() && !lets(seccomp, LISTENER_CALL)) {
            throw new InvalidSpecException(PATH + ".syscalls: a profile with SCMP_ACT_NOTIFY must allow "
                    + LISTENER_CALL + ": the container makes that call to reach its agent");
        }
    }

    /** Whether the call {@code name} is made with any arguments, judged only by rules without conditions. */
    private static boolean lets(Seccomp seccomp, String name) {
        boolean lets = seccomp.defaultAction().lets();
        for (Seccomp.Rule rule : seccomp.syscalls()) {
            if (rule.args().isEmpty() && rule.names().contains(name)) {
                lets = rule.action().lets();
            }
        }
        return lets;
    }

    private static void checkRule(String path, Seccomp.Rule rule) {
        if (rule.names().isEmpty()) {
            throw new InvalidSpecException(path + ".names is empty: name at least one system call");
        }
        for (int i = 0; i < rule.names().size(); i++) {
            String name = rule.names().get(i);
            String at = path + ".names[" + i + "]";
            if (!isName(name)) {
                throw new InvalidSpecException(at + ": \"" + printable(name) + "\" is not the name of a system call");
            }
            // The agent gets the listener from a process to which the filter already applies.
            if (rule.action() == Seccomp.Action.NOTIFY && (name.equals("write") || name.equals(LISTENER_CALL))) {
                throw new InvalidSpecException(at + ": SCMP_ACT_NOTIFY is not possible for " + name
                        + ": the container makes that call to reach its agent");
            }
        }
        checkData(path + ".errnoRet", rule.action(), rule.errnoRet());
        for (int i = 0; i < rule.args().size(); i++) {
            int index = rule.args().get(i).index();
            if (index < 0 || index >= Seccomp.Arg.COUNT) {
                throw new InvalidSpecException(path + ".args[" + i + "].index: " + index
                        + " is not from 0 to 5: a system call has six arguments");
            }
        }
    }

    private static void checkData(String path, Seccomp.Action action, OptionalInt data) {
        if (data.isEmpty()) {
            return;
        }
        if (!action.returnsData()) {
            throw new InvalidSpecException(path + ": " + action.word() + " returns no errno; leave it out");
        }
        int most = action == Seccomp.Action.ERRNO ? Seccomp.Action.MAX_ERRNO : Seccomp.Action.MAX_TRACE_DATA;
        if (data.getAsInt() < 0 || data.getAsInt() > most) {
            throw new InvalidSpecException(path + ": " + data.getAsInt() + " is not from 0 to " + most);
        }
    }

    private static boolean isPath(String path) {
        return path.startsWith("/") && path.indexOf('\0') < 0;
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_')) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= 64;
    }

    private static String printable(String text) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), 64); i++) {
            char c = text.charAt(i);
            b.append(c < ' ' || c > '~' ? '?' : c);
        }
        return b.toString();
    }
}
