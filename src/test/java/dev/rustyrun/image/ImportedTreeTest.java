package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.InvalidSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportedTreeTest {

    private static String changed(String... changes) {
        ObjectNode run = JsonNodeFactory.instance.objectNode();
        for (String change : changes) {
            ImportedTree.apply(change, run);
        }
        return run.toString().replace('"', '\'');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "VOLUME /data | {'Volumes':{'/data':{}}}",
                "VOLUME [\"/data\", \"/b\"] | {'Volumes':{'/data':{},'/b':{}}}",
                "VOLUME /data /b | {'Volumes':{'/data':{},'/b':{}}}",
                "EXPOSE 80 443/udp | {'ExposedPorts':{'80':{},'443/udp':{}}}",
                "ENV A=b | {'Env':['A=b']}",
                "env A=b C=\"d e\" F='g h' I=j\\ k | {'Env':['A=b','C=d e','F=g h','I=j k']}",
                "ENV A= | {'Env':['A=']}",
                "LABEL a=b c=\"\" | {'Labels':{'a':'b','c':''}}",
                "CMD [\"/bin/sh\"] | {'Cmd':['/bin/sh']}",
                "CMD echo hi | {'Cmd':['/bin/sh','-c','echo hi']}"
            })
    void instructions_have_the_forms_of_a_dockerfile(String change, String json) {
        assertEquals(json, changed(change));
    }

    @Test
    void variables_add_up() {
        assertEquals("{'Env':['A=b','C=d']}", changed("ENV A=b", "ENV C=d"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENV A", "ENV A=b c", "ENV =b", "LABEL a", "VOLUME", "FROM x", "", "ENV A=\"b"})
    void an_invalid_instruction_is_refused(String change) {
        assertThrows(InvalidSpecException.class, () -> changed(change));
    }
}
