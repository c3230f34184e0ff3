package dev.rustyrun.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Id;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Set;

/**
 * The saved part of a container that was made from options, so that exec can confine another process like the first
 * one: the first process in config.json's format, and the kind of system call filter.
 */
public final class SavedProcess {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String BUILTIN = "builtin";
    private static final String UNCONFINED = "unconfined";

    private SavedProcess() {}

    /** The saved part as one JSON object. It is written at each launch, so this uses a stream and not a tree. */
    public static String write(Spec spec) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            SeccompSetting setting = spec.linux().seccomp();
            json.writeStringField(
                    "seccomp",
                    setting instanceof SeccompSetting.Builtin
                            ? BUILTIN
                            : setting instanceof SeccompSetting.Unconfined ? UNCONFINED : "profile");
            json.writeObjectFieldStart("process");
            process(json, spec.process());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static void process(JsonGenerator json, Spec.Process process) throws IOException {
        texts(json, "args", process.args());
        texts(json, "env", process.env());
        json.writeStringField("cwd", process.cwd());
        json.writeBooleanField("noNewPrivileges", process.noNewPrivileges());
        if (process.oomScoreAdj() != Spec.Process.INHERITED) {
            json.writeNumberField("oomScoreAdj", process.oomScoreAdj());
        }
        json.writeObjectFieldStart("user");
        json.writeNumberField("uid", Id.number(process.user().uid()));
        json.writeNumberField("gid", Id.number(process.user().gid()));
        json.writeNumberField("umask", process.user().umask());
        json.writeArrayFieldStart("additionalGids");
        for (int gid : process.user().additionalGids()) {
            json.writeNumber(Id.number(gid));
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeObjectFieldStart("capabilities");
        Spec.Capabilities sets = process.capabilities();
        capabilities(json, "bounding", sets.bounding());
        capabilities(json, "effective", sets.effective());
        capabilities(json, "permitted", sets.permitted());
        capabilities(json, "inheritable", sets.inheritable());
        capabilities(json, "ambient", sets.ambient());
        json.writeEndObject();
        json.writeArrayFieldStart("rlimits");
        for (Spec.Rlimit rlimit : process.rlimits()) {
            json.writeStartObject();
            json.writeStringField("type", rlimit.type().name());
            json.writeFieldName("soft");
            json.writeRawValue(Long.toUnsignedString(rlimit.soft()));
            json.writeFieldName("hard");
            json.writeRawValue(Long.toUnsignedString(rlimit.hard()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void texts(JsonGenerator json, String name, Iterable<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void capabilities(JsonGenerator json, String name, Set<Capability> set) throws IOException {
        json.writeArrayFieldStart(name);
        for (Capability capability : set) {
            json.writeString(capability.name());
        }
        json.writeEndArray();
    }

    /**
     * A Spec with the saved process and filter; all other parts of it are meaningless.
     *
     * @param rootfs host path of the container's rootfs
     * @throws InvalidSpecException when the filter was the user's own profile, which is not saved
     */
    public static Spec read(String json, String rootfs) {
        JsonField kept = new JsonField("", JsonText.tree("the container's state", json));
        String seccomp = kept.field("seccomp").text();
        if (!seccomp.equals(BUILTIN) && !seccomp.equals(UNCONFINED)) {
            throw new InvalidSpecException(
                    "the container has a seccomp profile of its own, which was not saved: create it from a bundle");
        }
        Spec.Process process = ConfigJson.process(kept.field("process").node().toString());
        return new SpecBuilder(rootfs, process.args())
                .annotation(Spec.EPHEMERAL_ANNOTATION, "")
                .seccomp(seccomp.equals(BUILTIN) ? new SeccompSetting.Builtin() : new SeccompSetting.Unconfined())
                .build()
                .withProcess(process);
    }
}
