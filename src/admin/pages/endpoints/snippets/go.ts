/** Go, with its standard library. */
import type { Snippet } from './receiver.ts'

export const go: Snippet = {
  name: 'Go',
  file: 'main.go',
  run: 'go run main.go',
  write: ({ path, secretName, profile, type }) => `package main

import (
	"crypto/hmac"
	"crypto/sha256"
${profile === 'standard' ? '\t"encoding/base64"\n' : '\t"encoding/hex"\n'}	"fmt"
	"io"
	"log"
${profile === 'standard' ? '\t"math"\n' : ''}	"net/http"
	"os"
${profile === 'standard' ? '\t"strconv"\n\t"strings"\n\t"time"\n' : ''})

${
    profile === 'standard'
      ? `func isSigned(headers http.Header, body, key []byte) bool {
	id, timestamp := headers.Get("webhook-id"), headers.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	// A request that was captured cannot be sent again later.
	if err != nil || math.Abs(float64(time.Now().Unix()-seconds)) > 300 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, timestamp)
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	// While a secret is rotated, two signatures come: one match is enough.
	for _, given := range strings.Split(headers.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(given), []byte(expected)) {
			return true
		}
	}
	return false
}`
      : `func isSigned(headers http.Header, body, key []byte) bool {
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(headers.Get("x-signature")), []byte(expected))
}`
  }

func main() {
	secret := os.Getenv("${secretName}")
${
    profile === 'standard'
      ? `	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		log.Fatal("${secretName} holds no secret")
	}`
      : `	if secret == "" {
		log.Fatal("${secretName} holds no secret")
	}
	key := []byte(secret)`
  }
	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	http.HandleFunc("${path}", func(response http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body) // the raw bytes, before any JSON parser
		if err != nil || !isSigned(request.Header, body, key) {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		// The same event may come twice:${profile === 'standard' ? ' webhook-id tells.' : ' its id tells.'} Answer first, then work.
		response.WriteHeader(http.StatusNoContent)
		fmt.Println(request.Header.Get("x-event"), string(body)) // such as ${type}
	})
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
`,
}
