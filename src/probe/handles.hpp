// What libbpf gives, owned.
#pragma once

#include <bpf/libbpf.h>

#include <memory>

namespace touchstone {

struct CloseObject {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
};
struct DestroyLink {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
struct FreeRing {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};
using Object = std::unique_ptr<bpf_object, CloseObject>;
using Link = std::unique_ptr<bpf_link, DestroyLink>;
using Ring = std::unique_ptr<ring_buffer, FreeRing>;

}  // namespace touchstone
