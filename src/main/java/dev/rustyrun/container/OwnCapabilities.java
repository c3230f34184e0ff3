package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The capabilities that this process can grant: no process can grant a capability that it does not have; man 7
 * capabilities. In a pod or a service these may be fewer than a container's default set.
 */
public final class OwnCapabilities {

    private final Set<Capability> own;
    private final boolean root;

    private OwnCapabilities(Set<Capability> own, boolean root) {
        this.own = own;
        this.root = root;
    }

    /**
     * For root, the permitted capabilities of this process; for an ordinary user all capabilities, because the user has
     * them in the new user namespace.
     */
    public static OwnCapabilities of(Linux linux) {
        if (!linux.isRoot()) {
            return new OwnCapabilities(EnumSet.allOf(Capability.class), false);
        }
        long permitted = linux.capabilities().permitted();
        EnumSet<Capability> own = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if ((permitted & 1L << capability.ordinal()) != 0) {
                own.add(capability);
            }
        }
        return new OwnCapabilities(own, true);
    }

    /** All capabilities that can be granted. */
    public Set<Capability> all() {
        return own;
    }

    /** Whether this process may mount without another user namespace. */
    boolean canMount() {
        return root && own.contains(Capability.CAP_SYS_ADMIN);
    }

    /** The capabilities of {@code wanted} that cannot be granted to the container of {@code spec}. */
    public Set<Capability> missingFor(Spec spec, Set<Capability> wanted) {
        EnumSet<Capability> lacking = EnumSet.noneOf(Capability.class);
        // A process that creates or enters a user namespace has all capabilities there.
        if (!spec.linux().has(NamespaceType.USER)) {
            lacking.addAll(wanted);
            lacking.removeAll(own);
        }
        return lacking;
    }

    /** {@code spec} without the capabilities that cannot be granted. */
    Spec within(Spec spec) {
        Spec.Process process = spec.process();
        Spec.Capabilities sets = process.capabilities();
        return missingFor(spec, sets.all()).isEmpty()
                ? spec
                : spec.withProcess(process.withCapabilities(new Spec.Capabilities(
                        own(sets.bounding()),
                        own(sets.effective()),
                        own(sets.permitted()),
                        own(sets.inheritable()),
                        own(sets.ambient()))));
    }

    private Set<Capability> own(Set<Capability> set) {
        EnumSet<Capability> kept = EnumSet.copyOf(own);
        kept.retainAll(set);
        return kept;
    }

    /** Why {@code lacking} cannot be granted, as the end of a sentence. */
    public static String words(Set<Capability> lacking) {
        return lacking.stream().map(Capability::name).collect(Collectors.joining(", "))
                + " cannot be granted: Rustyrun itself does not have "
                + (lacking.size() == 1 ? "it" : "them");
    }
}
