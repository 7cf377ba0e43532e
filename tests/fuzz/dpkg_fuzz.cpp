// Any bytes as what dpkg, apt and archives give the provider: the first byte chooses the reader. Never a crash, and what is accepted keeps its promises.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dpkg/archive.hpp"
#include "dpkg/files.hpp"
#include "dpkg/hook_input.hpp"
#include "dpkg/installed_files.hpp"
#include "dpkg/keyring.hpp"
#include "dpkg/overrides.hpp"
#include "dpkg/release.hpp"
#include "dpkg/signature.hpp"
#include "dpkg/sources.hpp"
#include "dpkg/stanza.hpp"
#include "dpkg/status.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace touchstone;
using namespace touchstone::dpkg;

void require(bool promise) {
    if (!promise) std::abort();
}

bool is_clean(const std::string& path) {
    return path.starts_with('/') && path.find("//") == std::string::npos && (path + "/").find("/../") == std::string::npos &&
           (path + "/").find("/./") == std::string::npos && path.find('\0') == std::string::npos;
}

void check_release(const std::string& text) {
    const auto release = parse_release(text);
    if (!release) return;
    require(!release->indexes.empty());
    for (const auto& [path, index] : release->indexes) require(index.sha256.size() == 32);
}

void check_sources(const std::string& text) {
    for (const auto& parsed : {parse_sources_list(text), parse_deb822_sources(text)}) {
        if (!parsed) continue;
        for (const auto& source : *parsed) require(source.lists.find('/') == std::string::npos);  // it is a name in apt's lists, and nothing else
    }
}

void check_archive(const std::string& bytes) {
    const auto file = in_memory(bytes);
    require(file.has_value());
    if (::lseek(file->get(), 0, SEEK_SET) != 0) return;
    const auto sha256 = sha256_of_file(file->get());
    require(sha256.has_value());
    const auto package = read_archive(file->get(), *sha256, DigestAlgorithm::sha256);
    if (!package) return;
    require(!package->package.empty() && package->package.find('/') == std::string::npos);
    for (const auto& each : package->files) require(is_clean(each.path));
    for (const auto& each : package->control) require(each.name.find('/') == std::string::npos);
}

// libarchive refuses a header whose checksum is wrong: where a header was altered it is made right, so that what stands in it is read.
void mend_checksums(std::string& tar) {
    constexpr std::size_t kBlock = 512, kMagic = 257, kSum = 148, kSumSize = 8;
    for (std::size_t at = 0; at + kBlock <= tar.size(); at += kBlock) {
        if (tar.compare(at + kMagic, 5, "ustar") != 0) continue;
        std::fill_n(tar.begin() + static_cast<long>(at + kSum), kSumSize, ' ');
        unsigned sum = 0;
        for (std::size_t i = 0; i < kBlock; ++i) sum += static_cast<unsigned char>(tar[at + i]);
        tar.replace(at + kSum, kSumSize, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    }
}

std::string member(std::string_view name, const std::string& content) {
    return fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 100644, content.size()) + content + (content.size() % 2 != 0 ? "\n" : "");
}

// Two bytes: the size of control.tar; that, and then data.tar.
void check_tars(const std::string& bytes) {
    if (bytes.size() < 2) return;
    const auto size = static_cast<unsigned char>(bytes[0]) | static_cast<std::size_t>(static_cast<unsigned char>(bytes[1])) << 8;
    auto control = bytes.substr(2, size), data = bytes.substr(std::min(bytes.size(), 2 + size));
    mend_checksums(control);
    mend_checksums(data);
    check_archive("!<arch>\n" + member("debian-binary", "2.0\n") + member("control.tar", control) + member("data.tar", data));
}

// Read in two pieces, cut anywhere, an index has the same stanzas as read at once.
void check_packages(const std::string& bytes) {
    if (bytes.empty()) return;
    const auto text = std::string_view(bytes).substr(1);
    const auto cut = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]), text.size());
    const std::vector<std::string> fields{"Package", "Version", "SHA256"};
    const auto read = [&](std::initializer_list<std::string_view> pieces, std::string& taken) {
        StanzaReader reader(
            [&](const Stanza& stanza) -> Status {
                for (const auto& field : fields) taken += std::string(stanza.value(field)) + '\0';
                return {};
            },
            fields);
        for (const auto piece : pieces)
            if (!reader.feed(piece)) return false;
        return reader.finish().has_value();
    };
    std::string whole, pieces;
    require(read({text}, whole) == read({text.substr(0, cut), text.substr(cut)}, pieces) && whole == pieces);
}

void check_status(const std::string& text) {
    PackageStatuses packages;
    if (!parse_status(text, packages)) return;
    for (const auto& [package, status] : packages) require(!package.package.empty() && !status.state.empty());
}

void check_hook(const std::string& text) {
    const auto input = parse_hook_input(text);
    if (!input) return;
    for (const auto& each : input->changes) require(each.archive.empty() || each.archive.starts_with('/'));
}

void check_others(const std::string& text) {
    (void)parse_diversions(text);
    (void)parse_statoverride(text, Accounts::parse(text, text));
    (void)parse_md5sums(text);
    (void)binary_keys(text);
    const auto signers = read_gpgv_status(text, {});
    require(!signers || !signers->empty());
    const auto path = archive_path(text);
    require(!path || is_clean(*path));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0]) {
        case 'a': check_archive(text); break;
        case 't': check_tars(text); break;
        case 'p': check_packages(text); break;
        case 'h': check_hook(text); break;
        case 'r': check_release(text); break;
        case 's': check_sources(text); break;
        case 'd': check_status(text); break;
        default: check_others(text); break;
    }
    return 0;
}
