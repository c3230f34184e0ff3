package dev.rustyrun.linux;

/** The real kernel, except that the user is always root, so that a test has the same result for every user. */
public final class RootsKernel {

    private RootsKernel() {}

    /** The checked calls on this kernel. */
    public static Linux linux() {
        LibC host = new JffiLibC();
        return new Linux(new LibC() {
            @Override
            public int call(String name, Object... arguments) {
                return name.equals("geteuid") ? 0 : host.call(name, arguments);
            }

            @Override
            public boolean has(String name) {
                return host.has(name);
            }
        });
    }
}
