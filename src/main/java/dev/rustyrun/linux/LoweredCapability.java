package dev.rustyrun.linux;

/** Removes one capability from this thread's effective set until it is closed. */
public final class LoweredCapability implements AutoCloseable {

    private final Linux linux;
    private final CapabilitySets before;

    /** @param number of the capability in {@code linux/capability.h} */
    public LoweredCapability(Linux linux, int number) {
        this.linux = linux;
        this.before = linux.capabilities();
        linux.setCapabilities(
                new CapabilitySets(before.effective() & ~(1L << number), before.permitted(), before.inheritable()));
    }

    @Override
    public void close() {
        linux.setCapabilities(before);
    }
}
