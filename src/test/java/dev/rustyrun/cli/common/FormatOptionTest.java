package dev.rustyrun.cli.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class FormatOptionTest {

    @Command
    static final class Holder {
        @Mixin
        private FormatOption format;
    }

    private static final List<Column> COLUMNS = List.of(
            Column.shown("ID", "IMAGE ID", "id"),
            new Column("Size", "SIZE", true, row -> row.path("size").asLong() / 1000 + " kB"),
            Column.hidden("Names", "id"),
            Column.hidden("Absent", "absent"));

    private static String text(String format, String... rows) throws IOException {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs("--format", format);
        holder.format.check(COLUMNS);
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> all = new java.util.ArrayList<>();
        for (String row : rows) {
            all.add(json.readTree(row));
        }
        return holder.format.text(COLUMNS, all);
    }

    private static final String ONE =
            "{\"id\":\"web\",\"size\":2000,\"config\":{\"Env\":[\"A=1\",\"B=2\"]},\"labels\":{\"a\":\"x\",\"b.c\":\"y\"}}";
    private static final String TWO = "{\"id\":\"other\",\"size\":3000}";

    @Test
    void a_template_is_a_line_for_each_row_and_upper_and_lower_case_are_the_same() throws IOException {
        assertEquals("web 2 kB\nother 3 kB\n", text("{{.ID}} {{ .size }}", ONE, TWO));
        assertEquals("web\tweb\n", text("{{.Names}}\\t{{.id}}", ONE));
    }

    @Test
    void fields_below_fields_lists_and_objects_have_a_text() throws IOException {
        assertEquals("A=1 B=2|a=x,b.c=y|<no value>\n", text("{{.Config.Env}}|{{.Labels}}|{{.Config.Nothing}}", ONE));
    }

    @Test
    void functions_are_called_before_their_fields_and_after_a_bar() throws IOException {
        assertEquals(
                "WEB web y B=2\n",
                text("{{upper .ID}} {{.ID | upper | lower}} {{index .Labels \"b.c\"}} {{index .Config.Env 1}}", ONE));
        assertEquals("A=1;B=2 2000 \"web\"\n", text("{{join .Config.Env \";\"}} {{json .Size}} {{json .Names}}", ONE));
        assertEquals("null null\n", text("{{json .Absent}} {{.Absent | json}}", ONE));
        assertEquals(TWO + " " + TWO + "\n", text("{{json .}} {{.}}", TWO));
    }

    @Test
    void a_table_has_headings_and_columns_also_of_a_template() throws IOException {
        assertEquals("IMAGE ID    SIZE\nweb         2 kB\n", text("table", ONE));
        assertEquals("ENV        NAMES\nA=1 B=2    web\n", text("table {{.Config.Env}}\\t{{.Names}}", ONE));
        assertEquals("IMAGE ID\n", text("table {{.ID}}"));
    }

    @Test
    void json_is_an_array_of_what_is_known() throws IOException {
        assertEquals("[" + ONE + "," + TWO + "]\n", text("json", ONE, TWO));
    }

    @Test
    void control_characters_are_escaped() throws IOException {
        assertEquals("\\x1b[2J\\n\n", text("{{.ID}}", "{\"id\":\"\\u001b[2J\\n\"}"));
    }

    @Test
    void an_unknown_field_or_another_word_is_refused_in_one_line() {
        assertEquals("--format: unknown field .Foo: the fields are .Absent, .ID, .Names, .Size", error("{{.Foo}}"));
        for (String format : List.of(
                "tabel",
                "{{.ID",
                ".ID}}",
                "{{}}",
                "{{range .ID}}",
                "{{.ID .Size}}",
                "{{.ID | nothing}}",
                "{{\"a\"}}",
                "{{if .ID}}x{{end}}",
                "{{.ID $x}}",
                "{{.ID | .Size}}")) {
            assertEquals(1, error(format).lines().count(), format);
        }
        assertEquals("--format: index takes a field and a word", error("{{index .ID}}"));
    }

    private static String error(String format) {
        return assertThrows(InvalidSpecException.class, () -> text(format, TWO), format)
                .getMessage();
    }
}
