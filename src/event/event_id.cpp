#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <memory>

#include "event_kinds.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kIdBytes = 16;

// What is hashed: every value with its length before it, so that no two lists of values make the same bytes.
class Fields {
public:
    void add(std::string_view value) {
        add(value.size());
        bytes_ += value;
    }
    void add(std::uint64_t value) {
        std::array<char, sizeof value> raw{};
        std::memcpy(raw.data(), &value, sizeof value);
        bytes_.append(raw.data(), raw.size());
    }
    void add(WallTime time) { add(static_cast<std::uint64_t>(time.time_since_epoch().count())); }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

void add(Fields& fields, const std::optional<Attributes>& attributes) {
    fields.add(std::uint64_t{attributes.has_value()});
    if (!attributes) return;
    fields.add(attributes->id.device);
    fields.add(attributes->id.inode);
    fields.add(attributes->ctime);
    fields.add(attributes->size);
    fields.add(attributes->digest);
}

void add(Fields& fields, const Finding& finding) {
    fields.add(finding.path);
    fields.add(finding.previous_path);
    add(fields, finding.before);
    add(fields, finding.after);
    fields.add(std::uint64_t{finding.unreadable.has_value()});
    if (finding.unreadable) {
        fields.add(static_cast<std::uint64_t>(finding.unreadable->error));
        fields.add(finding.unreadable->attempted);
    }
    fields.add(finding.changes.size());
    // Two changes within one clock tick leave ctime alone: what differs tells them apart.
    for (const auto& change : finding.changes) {
        fields.add(change.attribute);
        fields.add(change.before);
        fields.add(change.after);
    }
}

void add(Fields& fields, const Gap& gap) {
    fields.add(gap.scope);
    fields.add(gap.reason);
}

void add(Fields& fields, const Notice& notice) {
    fields.add(notice.text);
    fields.add(notice.path);
}

bool happens_once(const Event& event) {
    const auto* finding = std::get_if<Finding>(&event.body);
    return !finding || finding->transient;
}

std::string digest_of(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    // Never fails with SHA-256; were it to, the id would be zeros, and the event still goes out.
    ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
    return std::string(reinterpret_cast<const char*>(digest.data()), kIdBytes);
}

}  // namespace

std::string event_id(const Event& event, const Host& host) {
    Fields fields;
    fields.add(host.id);
    fields.add(kind_of(event).dataset);
    fields.add(kind_of(event).action);
    std::visit([&](const auto& body) { add(fields, body); }, event.body);
    if (happens_once(event)) {
        fields.add(host.boot_id);
        fields.add(event.at);
        fields.add(event.sequence);
    }
    return to_hex(digest_of(fields.bytes()));
}

}  // namespace touchstone
