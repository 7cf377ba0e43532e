// Any bytes as what dpkg, apt and archives give the provider: the first byte chooses the reader. Never a crash, and what is accepted keeps its promises.
#include <unistd.h>

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
        case 'h': check_hook(text); break;
        case 'r': check_release(text); break;
        case 's': check_sources(text); break;
        case 'd': check_status(text); break;
        default: check_others(text); break;
    }
    return 0;
}
