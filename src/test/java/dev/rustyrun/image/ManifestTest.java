package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {

    private static final String A = "sha256:" + "a".repeat(64);
    private static final String B = "sha256:" + "b".repeat(64);

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static Manifest parse(String json) {
        return Manifest.parse("the manifest", "", bytes(json));
    }

    @Test
    void docker_and_oci_manifests_are_read() {
        String json = "{'schemaVersion':2,'mediaType':'%s','config':{'mediaType':'%s','digest':'%s','size':7},"
                + "'layers':[{'mediaType':'%s','digest':'%s','size':8}]}";
        Manifest oci = parse(json.formatted(Manifest.OCI, Manifest.OCI_CONFIG, A, Manifest.OCI_LAYER + "+zstd", B));
        assertEquals(new Descriptor(Manifest.OCI_CONFIG, Digest.parse(A), 7), oci.config());
        Manifest docker =
                parse(json.formatted(Manifest.DOCKER, Manifest.DOCKER_CONFIG, A, Manifest.DOCKER_LAYER + ".gzip", B));
        assertEquals(List.of(new Descriptor(Manifest.DOCKER_LAYER + ".gzip", Digest.parse(B), 8)), docker.layers());
    }

    @Test
    void a_file_that_is_not_an_image_is_refused() {
        String layer =
                "'config':{'mediaType':'" + Manifest.OCI_CONFIG + "','digest':'" + A + "','size':1},'layers':[%s]}";
        for (String json : List.of(
                "",
                "[",
                "7",
                "{'schemaVersion':1}",
                "{'schemaVersion':2}",
                "{'schemaVersion':2,'manifests':[]}",
                "{'schemaVersion':2,'config':{'mediaType':'application/x','digest':'" + A + "','size':1},'layers':[]}",
                "{'schemaVersion':2,'config':{'digest':'" + A + "','size':-1},'layers':[]}",
                "{'schemaVersion':2,'config':{'digest':'" + A + "','size':99999999},'layers':[]}",
                "{'schemaVersion':2,'config':{'digest':'../../x','size':1},'layers':[]}",
                "{" + layer.formatted("{'digest':'" + B + "'}"),
                "{" + layer.formatted("{'mediaType':'x.foreign.y','digest':'" + B + "','size':1}"),
                "{'a':1,'a':2}")) {
            assertThrows(InvalidSpecException.class, () -> parse(json), json);
        }
    }

    private static final String INDEX = "{'schemaVersion':2,'manifests':["
            + "{'mediaType':'m','digest':'" + A
            + "','size':1,'platform':{'os':'linux','architecture':'arm','variant':'v7'}},"
            + "{'mediaType':'m','digest':'" + B + "','size':1,'platform':{'os':'linux','architecture':'amd64'}},"
            + "{'mediaType':'m','digest':'" + A + "','size':1,'platform':{'os':'unknown','architecture':'unknown'}}]}";

    @Test
    void a_list_has_a_manifest_for_each_platform() {
        assertTrue(ManifestIndex.isIndex("it", bytes(INDEX)));
        ManifestIndex index = ManifestIndex.parse("it", bytes(INDEX));
        Map.of("linux/amd64", B, "x86_64", B, "linux/arm/v7", A, "linux/arm", A)
                .forEach((platform, digest) -> assertEquals(
                        Digest.parse(digest),
                        index.select("it", Platform.parse(platform)).digest(),
                        platform));
        String message = assertThrows(
                        InvalidSpecException.class, () -> index.select("it", Platform.parse("linux/arm/v6")))
                .getMessage();
        assertTrue(message.contains("only for linux/arm/v7, linux/amd64;"), message);
    }

    @Test
    void a_list_without_images_has_none_for_any_platform() {
        ManifestIndex index = ManifestIndex.parse("it", bytes("{'schemaVersion':2,'manifests':[]}"));
        assertEquals(
                "it lists no image, for any platform",
                assertThrows(InvalidSpecException.class, () -> index.select("it", Platform.parse("linux/amd64")))
                        .getMessage());
    }

    @Test
    void the_configuration_says_how_a_container_is_run() {
        ImageConfig config =
                ImageConfig.parse(bytes("{'os':'linux','architecture':'arm64','created':'2026-01-01T00:00:00Z',"
                        + "'config':{'Entrypoint':['/e'],'Cmd':['a','b'],'Env':['P=1'],'User':'u:g','WorkingDir':'/w','Volumes':{'/v':{}},"
                        + "'StopSignal':'SIGINT','Labels':{'l':'m'},'ExposedPorts':{'80/tcp':{}}},"
                        + "'rootfs':{'type':'layers','diff_ids':['" + A + "']},"
                        + "'history':[{'created_by':'x','empty_layer':true},{'created_by':'y'}]}"));
        assertEquals(List.of("/e"), config.entrypoint());
        assertEquals(List.of("a", "b"), config.cmd());
        assertEquals("u:g", config.user());
        assertEquals(List.of("/v"), config.volumes());
        assertEquals(Map.of("l", "m"), config.labels());
        assertEquals(List.of("80/tcp"), config.exposedPorts());
        assertEquals(List.of(Digest.parse(A)), config.diffIds());
        assertTrue(config.history().get(0).emptyLayer());
        assertEquals(
                List.of(),
                ImageConfig.parse(bytes("{'config':{'Cmd':null,'Labels':null},'rootfs':null}"))
                        .cmd());
    }
}
