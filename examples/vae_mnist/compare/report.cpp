#include "compare/report.hpp"

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "compare/chart.hpp"
#include "files/history_csv.hpp"
#include "files/read_file.hpp"

namespace vae_mnist {
namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; }
body { font: 16px/1.5 sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-size: 0.9rem; } .wide { overflow-x: auto; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid #8885; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.charts, .pictures { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(34rem, 100%), 1fr)); }
figure { margin: 0; } figcaption { font-weight: bold; } img { max-width: 100%; }
code { white-space: pre-wrap; }
)";

std::string base64(const std::string& bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j <= bytes.size() ? digits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

void add_table(std::ostream& page, const Comparison& comparison) {
  page << "<div class='wide'><table>\n";
  const char* tag = "th";
  for (const std::vector<std::string>& line : table_of(comparison)) {
    page << "<tr>";
    for (const std::string& cell : line) page << '<' << tag << '>' << escaped(cell) << "</" << tag << '>';
    page << "</tr>\n";
    tag = "td";
  }
  page << "</table></div>\n";
}

void add_charts(std::ostream& page, const Comparison& comparison, const std::filesystem::path& folder) {
  page << "<div class='charts'>\n";
  for (const auto& [column, title] :
       {std::pair("psnr", "PSNR, dB"), std::pair("ssim", "SSIM"), std::pair("kl", "KL")}) {
    std::vector<Curve> curves;
    for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
      const HistoryTable history = read_history(folder / comparison.folders[i] / "history.csv");
      curves.push_back({comparison.rows[i].row.title, history.column("epoch"), history.column(column)});
    }
    page << line_chart(title, "epoch", curves);
  }
  page << "</div>\n";
}

void add_pictures(std::ostream& page, const Comparison& comparison, const std::filesystem::path& folder,
                  const std::string& file) {
  page << "<div class='pictures'>\n";
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const std::filesystem::path picture = folder / comparison.folders[i] / file;
    if (!std::filesystem::exists(picture)) continue;
    const std::string title = escaped(comparison.rows[i].row.title);
    page << "<figure><figcaption>" << title << "</figcaption><img alt='" << title
         << "' src='data:image/png;base64," << base64(read_file(picture)) << "'></figure>\n";
  }
  page << "</div>\n";
}

}  // namespace

std::string html_report(const Comparison& comparison, const std::filesystem::path& folder) {
  std::ostringstream page;
  page << "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
          "content='width=device-width'><title>VAEs trained with different losses</title><style>"
       << style << "</style></head><body>\n<h1>VAEs trained with different losses</h1>\n<p>Measured on "
       << escaped(comparison.data)
       << "; mean ± standard deviation over runs of different seeds. Fine detail and phase coherence are "
          "relative to the "
          "data: 1 is as much, as sharp.</p>\n<p><code>"
       << escaped(comparison.command) << "</code></p>\n";
  add_table(page, comparison);
  page << "<h2>Epoch by epoch</h2>\n<p>The first run of each row.</p>\n";
  add_charts(page, comparison, folder);
  page << "<h2>Reconstructions</h2>\n<p>Digits, and under each what the network makes of it.</p>\n";
  add_pictures(page, comparison, folder, "reconstructions.png");
  page << "<h2>Samples</h2>\n";
  add_pictures(page, comparison, folder, "samples.png");
  page << "<h2>Latent manifold</h2>\n<p>Both latent dimensions from -2.5 to 2.5.</p>\n";
  add_pictures(page, comparison, folder, "manifold.png");
  page << "</body></html>\n";
  return page.str();
}

}  // namespace vae_mnist
