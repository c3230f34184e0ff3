package dev.rustyrun.cgroup.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls to systemd, against a fake bus. */
class SystemdManagerTest {

    private static final String WELCOME = "DATA\r\nOK 0123456789abcdef\r\n";
    private static final String JOB = "/org/freedesktop/systemd1/job/1";

    @TempDir
    Path folder;

    private SystemdManager connect() {
        return SystemdManager.connect(
                Linux.host(),
                name -> name.endsWith("_BUS_ADDRESS") ? "tcp:host=a;unix:path=" + folder + "/b%75s,guid=1" : "",
                2);
    }

    private FakeBus bus(Function<Message, byte[]> answers) throws Exception {
        return new FakeBus(folder.resolve("bus"), WELCOME, answers);
    }

    private static byte[] done(Message call) {
        return call.text(Message.MEMBER).endsWith("Unit") ? FakeBus.answer(call, "o", JOB) : FakeBus.answer(call, "");
    }

    @Test
    void a_unit_is_started_when_its_job_is_done() throws Exception {
        byte[] other = FakeBus.jobRemoved("/other", "b.scope", "failed");
        byte[] mine = FakeBus.jobRemoved(JOB, "a.scope", "done");
        try (FakeBus bus = bus(call -> call.text(Message.MEMBER).equals("StartTransientUnit")
                        // The signal may arrive before the answer to the call.
                        ? FakeBus.both(FakeBus.both(other, mine), done(call))
                        : done(call));
                SystemdManager systemd = connect()) {
            systemd.start("a.scope", List.of(new UnitProperty("PIDs", new Variant("au", List.of(5L)))));
            assertEquals(
                    List.of("Hello", "AddMatch", "StartTransientUnit"),
                    bus.calls().stream().map(call -> call.text(Message.MEMBER)).toList());
            assertEquals(
                    List.of("a.scope", "replace", List.of(List.of("PIDs", new Variant("au", List.of(5L)))), List.of()),
                    bus.calls().get(2).values());
        }
    }

    @Test
    void a_failed_job_is_reported_in_words() throws Exception {
        try (FakeBus bus = bus(call -> FakeBus.both(done(call), FakeBus.jobRemoved(JOB, "a.scope", "failed")));
                SystemdManager systemd = connect()) {
            String message = assertThrows(SystemdException.class, () -> systemd.start("a.scope", List.of()))
                    .getMessage();
            assertEquals("the start of a.scope ended as \"failed\"", message);
        }
    }

    @Test
    void a_unit_that_does_not_exist_counts_as_stopped() throws Exception {
        try (FakeBus bus = bus(call -> call.text(Message.MEMBER).endsWith("Unit")
                        ? FakeBus.error(call, "org.freedesktop.systemd1.NoSuchUnit", "Unit a.scope not loaded.")
                        : done(call));
                SystemdManager systemd = connect()) {
            systemd.stop("a.scope");
            assertThrows(SystemdException.class, () -> systemd.start("a.scope", List.of()));
        }
    }

    @Test
    void a_property_of_another_type_is_ignored() throws Exception {
        try (FakeBus bus = bus(call -> call.text(Message.MEMBER).equals("Get")
                        ? FakeBus.answer(
                                call,
                                "v",
                                call.textAt(1).equals("Version")
                                        ? Variant.text("v252.39-1~deb12u2")
                                        : Variant.number(5))
                        : done(call));
                SystemdManager systemd = connect()) {
            assertEquals(252, systemd.version());
            assertEquals("", systemd.controlGroup());
        }
    }

    @Test
    void no_answer_ends_the_wait() throws Exception {
        try (FakeBus bus = bus(call -> call.text(Message.MEMBER).equals("Hello") ? done(call) : new byte[0]);
                SystemdManager systemd = connect()) {
            String message =
                    assertThrows(SystemdException.class, systemd::version).getMessage();
            assertTrue(message.contains("no answer in 2 s"), message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"REJECTED KERBEROS\r\n", "HTTP/1.1 400\r\n", "DATA\r\nERROR\r\n"})
    void a_server_with_another_protocol_is_refused(String greeting) throws Exception {
        try (FakeBus bus = new FakeBus(folder.resolve("bus"), greeting, call -> new byte[0])) {
            assertThrows(SystemdException.class, this::connect);
            assertEquals(List.of(), bus.calls());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"garbage garbage garbage", "l\2\0\1\u007f\u007f\u007f\u007f\1\0\0\0\u007f\u007f\u007f\u007f"})
    void garbage_is_refused_in_words(String answer) throws Exception {
        try (FakeBus bus = bus(call -> answer.getBytes(StandardCharsets.ISO_8859_1))) {
            assertThrows(SystemdException.class, this::connect);
        }
    }

    @Test
    void root_asks_systemd_itself_and_others_their_bus() {
        Map<String, String> none = Map.of();
        assertEquals(
                List.of("/run/systemd/private", "/run/dbus/system_bus_socket"),
                paths(SystemdManager.places(false, 0, name -> none.getOrDefault(name, ""))));
        assertEquals(
                List.of("/run/user/7/bus", "/run/user/7/systemd/private"),
                paths(SystemdManager.places(true, 7, name -> none.getOrDefault(name, ""))));
        Map<String, String> given =
                Map.of("XDG_RUNTIME_DIR", "/x", "DBUS_SESSION_BUS_ADDRESS", "unix:abstract=/tmp/a,guid=1;unix:path=/y");
        assertEquals(
                List.of("/y", "/x/bus", "/x/systemd/private"),
                paths(SystemdManager.places(true, 7, name -> given.getOrDefault(name, ""))));
    }

    private static List<String> paths(List<SystemdManager.Place> places) {
        return places.stream().map(SystemdManager.Place::path).toList();
    }
}
