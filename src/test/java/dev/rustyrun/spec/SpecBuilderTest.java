package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every field of a Spec can be set, so a new option only sets its field. */
class SpecBuilderTest {

    /** Values that no field has by default, by the type of the field. */
    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
            Map.entry(boolean.class, true),
            Map.entry(int.class, 7),
            Map.entry(String.class, "sample"),
            Map.entry(List.class, List.of()),
            Map.entry(Map.class, Map.of()),
            Map.entry(Spec.User.class, new Spec.User(5, 6, List.of(), 0)),
            Map.entry(Spec.Capabilities.class, Spec.Capabilities.NONE),
            Map.entry(Spec.ConsoleSize.class, new Spec.ConsoleSize(3, 4)),
            Map.entry(
                    Scheduling.class,
                    new Scheduling(Scheduling.IoPriority.INHERITED, Scheduling.Cpu.INHERITED, "0", "")),
            Map.entry(Resources.class, Resources.none()),
            Map.entry(SeccompSetting.class, new SeccompSetting.Unconfined()),
            Map.entry(MemoryPolicy.class, new MemoryPolicy(true, MemoryPolicy.Mode.MPOL_LOCAL, Set.of(), "")));

    private static SpecBuilder plain() {
        return new SpecBuilder("/rootfs", List.of("/bin/true"));
    }

    private static SpecBuilder complete() throws ReflectiveOperationException {
        SpecBuilder spec = plain();
        setAll(Spec.Process.class, spec.process());
        setAll(LinuxSpec.class, spec.linux());
        spec.process().noNewPrivileges(false);
        spec.linux().netDevices(List.of(new NetDevice("eth1", "eth0")));
        return spec.hostname("name")
                .domainname("domain")
                .mount(new Spec.Mount("/tmp", "tmpfs", "tmpfs", List.of()))
                .annotation("a", "b")
                .hooks(new Hooks(
                        List.of(new Hooks.Hook("/bin/true", List.of(), List.of(), 0)),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of()))
                .readonly(true)
                .image(new Spec.Image("i", List.of(), "/", Map.of(), List.of(), false, 0))
                .env("A=1")
                .rlimit(new Spec.Rlimit(RlimitType.RLIMIT_NOFILE, 1, 1))
                .unshare(NamespaceType.USER)
                .mappings(List.of(new IdMapping(0, 1, 1)), List.of(new IdMapping(0, 1, 1)))
                .timeOffset(new LinuxSpec.TimeOffset("boottime", 1, 0))
                .device(new LinuxSpec.Device("/dev/fuse", "c", 10, 229, 0666, 0, 0))
                .sysctl("net.core.somaxconn", "1")
                .resources(Resources.none().withPids(5));
    }

    /** Calls the method of {@code builder} that has the name of a component, for each component of {@code type}. */
    private static void setAll(Class<?> type, Object builder) throws ReflectiveOperationException {
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> kind = component.getType();
            Object sample = SAMPLES.get(kind);
            assertNotEquals(null, sample, () -> "no sample of a " + kind.getSimpleName());
            builder.getClass().getMethod(component.getName(), kind).invoke(builder, sample);
        }
    }

    private static void expectOther(Record plain, Record changed) throws ReflectiveOperationException {
        for (RecordComponent component : plain.getClass().getRecordComponents()) {
            Object before = component.getAccessor().invoke(plain);
            Object after = component.getAccessor().invoke(changed);
            if (before instanceof Spec.Process || before instanceof LinuxSpec || before instanceof Spec.Root) {
                expectOther((Record) before, (Record) after);
            } else if (!component.getName().equals("path")) {
                assertNotEquals(before, after, component.getName());
            }
        }
    }

    @Test
    void it_can_set_every_field() throws ReflectiveOperationException {
        expectOther(plain().build(), complete().build());
    }

    @Test
    void copies_keep_every_field() throws ReflectiveOperationException {
        Spec spec = complete().build();
        assertEquals(spec.process(), spec.process().copy().build());
        assertEquals(spec.linux(), spec.linux().copy().build());
    }

    @Test
    void a_host_name_needs_a_uts_namespace() {
        assertEquals("", plain().share(NamespaceType.UTS).build().domainname());
        assertThrows(
                InvalidSpecException.class,
                () -> plain().share(NamespaceType.UTS).hostname("other").build());
        assertThrows(
                InvalidSpecException.class,
                () -> plain().share(NamespaceType.UTS).domainname("other").build());
    }
}
