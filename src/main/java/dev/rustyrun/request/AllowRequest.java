package dev.rustyrun.request;

import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;

/** Sets which hosts a running container may reach. */
public final class AllowRequest {

    @RequestField(
            json = "allow",
            inJson = "The hosts that the container may reach from now on: HOST[:PORT]; an empty list allows none.",
            example = "[\"*.example.org:443\"]")
    private List<String> allowed;

    /**
     * The allowed hosts.
     *
     * @throws FieldException when the field is missing, or a host is not HOST[:PORT]
     */
    public List<String> hosts() {
        if (allowed == null) {
            throw FieldException.at("/allow", "allow is missing");
        }
        try {
            EgressPolicy.of(allowed);
        } catch (InvalidSpecException e) {
            throw FieldException.at("/allow", e.getMessage());
        }
        return allowed;
    }
}
