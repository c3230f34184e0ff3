package dev.rustyrun.cli.remote;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HostOptionTest {

    private static boolean given(String variable, String line) {
        return HostOption.isGiven(line.isEmpty() ? new String[0] : line.split(" "), variable);
    }

    @Test
    void host_before_the_command_is_a_clients_whatever_follows() {
        assertTrue(given(null, "--host http://a run --rootfs b true"));
        assertTrue(given(null, "--debug --host=http://a nonsense"));
        assertTrue(given(null, "--token-file f --host http://a list"));
        assertFalse(given(null, "serve --host 127.0.0.1"));
        assertFalse(given(null, "run --rootfs b --command sh --host x"));
        assertFalse(given(null, "--log --host list"));
        assertFalse(given(null, "--cgroup-manager --host list"));
    }

    @Test
    void the_environment_is_for_commands_of_a_client_only() {
        assertTrue(given("http://a", "run --rootfs b true"));
        assertTrue(given("http://a", "--tls-ca f list"));
        assertTrue(given("http://a", "--tls-ca=f list"));
        assertFalse(given("http://a", "serve"));
        assertFalse(given("http://a", "doctor"));
        assertFalse(given("http://a", "--root /x delete id"));
        assertFalse(given("", "list"));
        assertFalse(given(null, "list"));
        assertFalse(given("http://a", ""));
    }
}
