package dev.rustyrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** S22, C30: texts from others cannot control a terminal or fill it. */
class PrintableTest {

    @Test
    void characters_that_control_a_terminal_are_escaped() {
        assertEquals("\\x1b[2Jred\\x07", Printable.line("\033[2Jred\007"));
        assertEquals("csi \\x9b0m del \\x7f", Printable.line("csi \u009b0m del \177"));
        assertEquals("txt\\u202egpj", Printable.line("txt\u202egpj"));
        assertEquals("lone \\ud800", Printable.line("lone \ud800"));
        assertEquals("two lines", Printable.line("two\nlines"));
        assertEquals("cell\\nforged", Printable.escaped("cell\nforged"));
    }

    @Test
    void other_text_stays() {
        String text = "größe 大小 🙂 @|red x|@ ${HOME} %s";
        assertSame(text, Printable.escaped(text));
    }

    @Test
    void long_text_keeps_its_ends() {
        String cut = Printable.line("begin " + "🙂".repeat(70_000) + " end");
        assertTrue(cut.startsWith("begin 🙂") && cut.endsWith("🙂 end") && cut.length() < 2100, cut);
        assertTrue(cut.contains("characters"), cut);
    }
}
