package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.spec.DeviceRule;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties that hold for every list of device rules. */
class DeviceProgramPropertyTest {

    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;

    @Provide
    Arbitrary<List<DeviceRule>> rules() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.of(DeviceRule.Type.class),
                        Arbitraries.longs().between(-1, 2),
                        Arbitraries.longs().between(-1, 2),
                        Arbitraries.of("r", "w", "m", "rw", "rm", "wm", "rwm"))
                .as(DeviceRule::new)
                .list()
                .ofMaxSize(8);
    }

    @Property(tries = 300)
    void any_list_means_what_it_says(@ForAll @From("rules") List<DeviceRule> rules) {
        TinyBpf program = new TinyBpf(DeviceProgram.compile(rules));
        for (int type = BLOCK; type <= CHARACTER; type++) {
            for (int access = 1; access <= 7; access++) {
                for (int major = 0; major < 3; major++) {
                    for (int minor = 0; minor < 3; minor++) {
                        boolean allowed = meant(rules, type, access, major, minor);
                        assertEquals(
                                allowed ? 1 : 0,
                                program.run(type, access, major, minor),
                                type + " " + major + ":" + minor + " " + access);
                    }
                }
            }
        }
    }

    /** The expected decision: for each access, the last matching rule counts. */
    private static boolean meant(List<DeviceRule> rules, int type, int access, int major, int minor) {
        for (int bit = 0; bit < 3; bit++) {
            if ((access & 1 << bit) == 0) {
                continue;
            }
            boolean allowed = false;
            for (DeviceRule rule : rules) {
                boolean matches =
                        (rule.type() == DeviceRule.Type.ALL || rule.type().ordinal() == type)
                                && (rule.major() < 0 || rule.major() == major)
                                && (rule.minor() < 0 || rule.minor() == minor)
                                && rule.access().indexOf("mrw".charAt(bit)) >= 0;
                allowed = matches ? rule.allow() : allowed;
            }
            if (!allowed) {
                return false;
            }
        }
        return true;
    }
}
