/** PHP 8, with what it brings along. */
import type { Snippet } from './receiver.ts'

export const php: Snippet = {
  name: 'PHP',
  file: 'receiver.php',
  run: 'php -S localhost:3000 receiver.php',
  write: ({ path, secretName, profile, type }) => `<?php
declare(strict_types=1);

$secret = getenv('${secretName}') ?: throw new RuntimeException('${secretName} is not set');

${
    profile === 'standard'
      ? `function isSigned(string $body, string $secret): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    // A request that was captured cannot be sent again later.
    if (!preg_match('/^\\d{1,12}$/D', $timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $key = base64_decode(substr($secret, strlen('whsec_')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // While a secret is rotated, two signatures come: one match is enough.
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}`
      : `function isSigned(string $body, string $secret): bool
{
    $expected = 'sha256=' . hash_hmac('sha256', $body, $secret);
    return hash_equals($expected, $_SERVER['HTTP_X_SIGNATURE'] ?? '');
}`
  }

$body = file_get_contents('php://input'); // the raw bytes, before any JSON parser
if ($_SERVER['REQUEST_METHOD'] !== 'POST' || parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '${path}') {
    http_response_code(404);
    exit;
}
if (!isSigned($body, $secret)) {
    http_response_code(401);
    exit;
}
// The same event may come twice:${profile === 'standard' ? ' webhook-id tells.' : ' its id tells.'} Hand the work to a queue, and answer at once.
$event = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
error_log($_SERVER['HTTP_X_EVENT'] . ' ' . json_encode($event)); // such as ${type}
http_response_code(204);
`,
}
