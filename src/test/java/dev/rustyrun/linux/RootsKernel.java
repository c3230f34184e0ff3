package dev.rustyrun.linux;

/** This machine's kernel, which says to everybody that they are root: a test sees the same, whoever runs it. */
public final class RootsKernel {

    private RootsKernel() {}

    /** The checked calls over it. */
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
