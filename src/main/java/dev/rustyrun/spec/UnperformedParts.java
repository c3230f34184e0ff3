package dev.rustyrun.spec;

/**
 * Refuses what a Spec can say and no step of a plan does yet. To pass over it in silence would start a container that is
 * less confined, or runs otherwise, than was asked for. Who adds the step removes the line here.
 */
final class UnperformedParts {

    private UnperformedParts() {
    }

    static void check(Spec spec) {
        Spec.Process process = spec.process();
        refuse("process.apparmorProfile", !process.apparmorProfile().isEmpty());
        refuse("process.selinuxLabel", !process.selinuxLabel().isEmpty());
        refuse("process.ioPriority", !process.scheduling().ioPriority().equals(Scheduling.IoPriority.INHERITED));
        refuse("process.scheduler", process.scheduling().cpu().given());
        refuse("process.execCPUAffinity",
                !process.scheduling().initialCpus().isEmpty() || !process.scheduling().finalCpus().isEmpty());
        refuse("linux.mountLabel", !spec.linux().mountLabel().isEmpty());
        refuse("linux.personality", !spec.linux().personality().isEmpty());
    }

    private static void refuse(String field, boolean asked) {
        if (asked) {
            throw new InvalidSpecException(field + " is something that Rustyrun does not apply yet: leave it out");
        }
    }
}
